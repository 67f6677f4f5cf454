/*
 * The pack test/c-hostile: what packs in C can do wrong, each as a command of its own. Its description
 * stands in hostile.json.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "vantage.h"

static const uint8_t description[] = {
#embed "hostile.json"
};

#define EVIL "\x1b[31mred\x1b]52;c;ZXZpbA==\x07\rover\u202e" "desrever\u200b\nhint: vantage plugin grant test/x y"

typedef bool (*command_function)(vantage_plugin_output_borrow_output_t output, vantage_error *error);

void exports_vantage_plugin_commands_describe(vantage_text *answer) {
    vantage_json piece = {(const char *)description, sizeof description};
    *answer = vantage_join(1, &piece);
}

static bool endless(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    for (volatile unsigned number = 0;; number++);
}

static bool hog(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    /* Memory is taken without malloc, which would say that there is none. */
    while (__builtin_wasm_memory_grow(0, 16) != (size_t)-1);
    abort();
}

static unsigned deeper(volatile unsigned depth) {
    volatile char room[256] = {(char)depth};
    if (depth == (unsigned)-1) return 0;
    return deeper(depth + 1) + (unsigned)room[depth % sizeof room];
}

static bool recursion(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    return deeper(0) == 0;
}

static bool crash(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    fputs("nobody catches this\n", stderr);
    __builtin_trap();
}

static bool wild(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    for (volatile char *byte = (volatile char *)1024;; byte += 1024) *byte = 1;
}

static bool exits(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    exit(0);
}

static bool flood(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    (void)output, (void)error;
    for (unsigned line = 0; line < 4 << 10; line++) printf("%01023u\n", line);
    return fflush(stdout) == 0;
}

static bool escapes(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    vantage_text text = vantage_literal(EVIL);
    puts(EVIL);
    fputs(EVIL "\n", stderr);
    fflush(stdout);
    vantage_plugin_output_method_output_note(output, &text);
    vantage_plugin_output_method_output_warn(output, &text);
    return vantage_fail(error, "failed", vantage_copy(EVIL), EVIL);
}

/* Answers with what was found: nothing, as the error says, or something. */
static bool found(vantage_plugin_output_borrow_output_t output, const char *way, bool something, vantage_error *error) {
    char record[128];
    const char *what = something ? "something" : "nothing";
    snprintf(record, sizeof record, "{\"way\":\"%s\",\"found\":\"%s: %d\"}", way, what, errno);
    vantage_text text = vantage_literal(record);
    return vantage_plugin_output_method_output_emit(output, &text, error);
}

static bool outside(vantage_plugin_output_borrow_output_t output, vantage_error *error) {
    extern char **environ;
    return found(output, "environment", environ != NULL && *environ != NULL, error)
        && found(output, "file", open("/etc/hostname", O_RDONLY) >= 0, error)
        && found(output, "write", open("/tmp/out", O_CREAT | O_WRONLY, 0600) >= 0, error)
        && found(output, "relative", fopen("../out", "r") != NULL, error)
        && found(output, "input", getchar() != EOF, error);
}

static const struct {
    const char *word;
    command_function run;
} commands[] = {
    {"endless", endless}, {"hog", hog}, {"recursion", recursion}, {"crash", crash}, {"wild", wild},
    {"exits", exits}, {"flood", flood}, {"escapes", escapes}, {"outside", outside},
};

bool exports_vantage_plugin_commands_run(
    command_pack_list_string_t *command, vantage_text *arguments,
    exports_vantage_plugin_commands_own_session_t session, vantage_error *error
) {
    vantage_text word = command->len == 2 ? command->ptr[1] : vantage_literal("");
    bool done = false;
    vantage_plugin_output_own_output_t output =
        vantage_plugin_session_method_session_output(vantage_plugin_session_borrow_session(session));
    for (size_t index = 0; index < sizeof commands / sizeof *commands; index++) {
        const char *known = commands[index].word;
        if (word.len == strlen(known) && memcmp(word.ptr, known, word.len) == 0)
            done = commands[index].run(vantage_plugin_output_borrow_output(output), error);
    }
    vantage_plugin_output_output_drop_own(output);
    vantage_plugin_session_session_drop_own(session);
    command_pack_list_string_free(command);
    command_pack_string_free(arguments);
    return done;
}
