/*
 * The pack acme/c-report: the clusters that you can see, reported by a pack in C.
 *
 * Three commands of use, and two that show how a pack fails: one runs what its user did not allow,
 * one has a fault. Its description stands in c_report.json.
 */
#include "vantage.h"

static const uint8_t description[] = {
#embed "c_report.json"
};

typedef bool (*command_function)(vantage_session session, vantage_json arguments, vantage_error *error);

void exports_vantage_plugin_commands_describe(vantage_text *answer) {
    vantage_json piece = {(const char *)description, sizeof description};
    *answer = vantage_join(1, &piece);
}

/* Hands every page of a connection on as it came. */
static bool emit_pages(
    vantage_plugin_graphql_borrow_pages_t pages, vantage_plugin_output_borrow_output_t output, vantage_error *error
) {
    for (;;) {
        vantage_plugin_graphql_option_list_json_t page;
        if (!vantage_plugin_graphql_method_pages_next(pages, &page, error)) return false;
        if (!page.is_some) return true;
        vantage_plugin_output_list_json_t nodes = {page.val.ptr, page.val.len};
        bool emitted = vantage_plugin_output_method_output_emit_all(output, &nodes, error);
        vantage_plugin_graphql_option_list_json_free(&page);
        if (!emitted) return vantage_closed(error);
    }
}

static bool list(vantage_session session, vantage_json arguments, vantage_error *error) {
    (void)arguments;
    vantage_text operation = vantage_literal("ListClusters");
    vantage_text variables = vantage_literal("{\"first\":100}");
    vantage_text connection = vantage_literal("/clusters");
    vantage_plugin_graphql_own_pages_t pages;

    vantage_plugin_graphql_own_client_t client = vantage_plugin_session_method_session_graphql(session);
    bool done = vantage_plugin_graphql_method_client_paginate(
        vantage_plugin_graphql_borrow_client(client), &operation, &variables, &connection, &pages, error);
    if (done) {
        vantage_plugin_output_own_output_t output = vantage_plugin_session_method_session_output(session);
        done = emit_pages(
            vantage_plugin_graphql_borrow_pages(pages), vantage_plugin_output_borrow_output(output), error);
        vantage_plugin_output_output_drop_own(output);
        vantage_plugin_graphql_pages_drop_own(pages);
    }
    vantage_plugin_graphql_client_drop_own(client);
    return done;
}

/* Whether an answer says that fields failed; then it is the error. */
static bool failed(const vantage_plugin_graphql_response_t *response, vantage_error *error) {
    vantage_text message;
    message.ptr = (uint8_t *)vantage_json_string(vantage_json_at(vantage_read(response->errors), "/0/message"), &message.len);
    if (message.ptr == NULL) return false;
    vantage_fail(error, "failed", message, NULL);
    return true;
}

/* Runs an operation whose data is wanted whole; errors of the platform's fields fail the run. */
static bool execute(
    vantage_session session, const char *name, vantage_text variables,
    vantage_plugin_graphql_response_t *response, vantage_error *error
) {
    vantage_text operation = vantage_literal(name);
    vantage_plugin_graphql_own_client_t client = vantage_plugin_session_method_session_graphql(session);
    bool done = vantage_plugin_graphql_method_client_execute(
        vantage_plugin_graphql_borrow_client(client), &operation, &variables, response, error);
    vantage_plugin_graphql_client_drop_own(client);
    if (!done) return false;

    if (!failed(response, error)) return true;
    vantage_plugin_graphql_response_free(response);
    return false;
}

/* Answers with the cluster that was found, or says that there is none. */
static bool answer_with(vantage_session session, vantage_json found, vantage_json name, vantage_error *error) {
    if (found.text == NULL) {
        size_t length;
        char *text = vantage_json_string(name, &length);
        vantage_json pieces[] = {vantage_piece("cluster `"), {text, length}, vantage_piece("` was not found")};
        vantage_text message = vantage_join(3, pieces);
        free(text);
        return vantage_fail(error, "not-found", message, "vantage c-report list shows the clusters that you can see");
    }
    vantage_text record = {(uint8_t *)found.text, found.length};
    vantage_plugin_output_own_output_t output = vantage_plugin_session_method_session_output(session);
    bool done = vantage_plugin_output_method_output_emit(vantage_plugin_output_borrow_output(output), &record, error);
    vantage_plugin_output_output_drop_own(output);
    return done || vantage_closed(error);
}

static bool missing(vantage_session session, vantage_json arguments, vantage_error *error) {
    vantage_json name = vantage_json_at(arguments, "/name");
    /* The name is a JSON string already: it goes into the variables as it stands. */
    vantage_json pieces[] = {vantage_piece("{\"filters\":{\"name\":{\"eq\":"), name, vantage_piece("}}}")};
    vantage_text variables = vantage_join(3, pieces);
    vantage_plugin_graphql_response_t response;
    bool done = execute(session, "FindCluster", variables, &response, error);
    command_pack_string_free(&variables);
    if (!done) return false;

    vantage_json found = vantage_json_at(vantage_read(response.data), "/clusters/edges/0/node");
    done = answer_with(session, found, name, error);
    vantage_plugin_graphql_response_free(&response);
    return done;
}

static bool is_ready(vantage_json cluster) {
    size_t length;
    char *status = vantage_json_string(vantage_json_at(cluster, "/status"), &length);
    bool ready = status != NULL && length == strlen("ready") && memcmp(status, "ready", length) == 0;
    free(status);
    return ready;
}

/* Hands every event on until the cluster is ready. */
static bool emit_events(
    vantage_plugin_graphql_borrow_subscription_t subscription, vantage_plugin_output_borrow_output_t output,
    vantage_error *error
) {
    for (bool ready = false; !ready;) {
        vantage_plugin_graphql_option_response_t event;
        if (!vantage_plugin_graphql_method_subscription_next(subscription, &event, error)) return false;
        if (!event.is_some) return true;
        vantage_json cluster = vantage_json_at(vantage_read(event.val.data), "/clusterStatusChanged");
        vantage_text record = {(uint8_t *)cluster.text, cluster.length};
        bool wrong = failed(&event.val, error);
        bool emitted = !wrong && vantage_plugin_output_method_output_emit(output, &record, error);
        ready = is_ready(cluster);
        vantage_plugin_graphql_option_response_free(&event);
        if (!emitted) return !wrong && vantage_closed(error);
    }
    return true;
}

static bool watch(vantage_session session, vantage_json arguments, vantage_error *error) {
    vantage_text operation = vantage_literal("FollowCluster");
    /* The name is a JSON string already: it goes into the variables as it stands. */
    vantage_json pieces[] = {vantage_piece("{\"name\":"), vantage_json_at(arguments, "/name"), vantage_piece("}")};
    vantage_text variables = vantage_join(3, pieces);
    vantage_plugin_graphql_own_subscription_t subscription;

    vantage_plugin_graphql_own_client_t client = vantage_plugin_session_method_session_graphql(session);
    bool done = vantage_plugin_graphql_method_client_subscribe(
        vantage_plugin_graphql_borrow_client(client), &operation, &variables, &subscription, error);
    command_pack_string_free(&variables);
    if (done) {
        vantage_plugin_output_own_output_t output = vantage_plugin_session_method_session_output(session);
        done = emit_events(
            vantage_plugin_graphql_borrow_subscription(subscription), vantage_plugin_output_borrow_output(output), error);
        vantage_plugin_output_output_drop_own(output);
        vantage_plugin_graphql_subscription_drop_own(subscription);
    }
    vantage_plugin_graphql_client_drop_own(client);
    return done;
}

static bool denied(vantage_session session, vantage_json arguments, vantage_error *error) {
    (void)arguments;
    vantage_text variables =
        vantage_literal("{\"createClusterInput\":{\"name\":\"c-report\",\"provider\":\"localhost\"}}");
    vantage_plugin_graphql_response_t response;
    /* The host's error, with its advice, is the best that the user can be told. */
    if (!execute(session, "CreateCluster", variables, &response, error)) return false;
    vantage_plugin_graphql_response_free(&response);
    return true;
}

static bool crash(vantage_session session, vantage_json arguments, vantage_error *error) {
    (void)session, (void)arguments, (void)error;
    abort();
}

static const struct {
    const char *word;
    command_function run;
} commands[] = {{"list", list}, {"missing", missing}, {"watch", watch}, {"denied", denied}, {"crash", crash}};

bool exports_vantage_plugin_commands_run(
    command_pack_list_string_t *command, vantage_text *arguments,
    exports_vantage_plugin_commands_own_session_t session, vantage_error *error
) {
    vantage_text word = command->len == 2 ? command->ptr[1] : vantage_literal("");
    command_function run = NULL;
    for (size_t index = 0; index < sizeof commands / sizeof *commands; index++) {
        const char *known = commands[index].word;
        if (word.len == strlen(known) && memcmp(word.ptr, known, word.len) == 0) run = commands[index].run;
    }
    bool done = run != NULL
        ? run(vantage_plugin_session_borrow_session(session), vantage_read(*arguments), error)
        : vantage_fail(error, "failed", vantage_copy("the pack has no such command"), NULL);
    vantage_plugin_session_session_drop_own(session);
    command_pack_list_string_free(command);
    command_pack_string_free(arguments);
    return done;
}
