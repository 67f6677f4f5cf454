/*
 * What makes packs in C shorter: texts in and out of the generated bindings, errors, and `closed`.
 *
 * The generated `command_pack.h` is the contract itself and can be used for all else. Whatever a
 * call gives back is the caller's to free; what is returned from `run` or `describe` is freed by the
 * bindings, so it must come from malloc.
 */
#ifndef VANTAGE_H
#define VANTAGE_H

#include "command_pack.h"
#include "vantage_json.h"

typedef command_pack_string_t vantage_text;
typedef vantage_plugin_types_error_t vantage_error;
typedef vantage_plugin_session_borrow_session_t vantage_session;

/* A literal as an argument of a call: not copied, never freed. */
static inline vantage_text vantage_literal(const char *text) {
    vantage_text borrowed = {(uint8_t *)text, strlen(text)};
    return borrowed;
}

/* A text of one's own, joined from `count` pieces. */
static inline vantage_text vantage_join(size_t count, const vantage_json *pieces) {
    vantage_text joined = {NULL, 0};
    for (size_t index = 0; index < count; index++) joined.len += pieces[index].length;
    joined.ptr = malloc(joined.len > 0 ? joined.len : 1);
    if (joined.ptr == NULL) abort();
    size_t filled = 0;
    for (size_t index = 0; index < count; index++) {
        memcpy(joined.ptr + filled, pieces[index].text, pieces[index].length);
        filled += pieces[index].length;
    }
    return joined;
}

/* A zero-ended text as a piece of a join. */
static inline vantage_json vantage_piece(const char *text) {
    vantage_json piece = {text, strlen(text)};
    return piece;
}

/* A copy, for what the bindings free. */
static inline vantage_text vantage_copy(const char *text) {
    vantage_json piece = vantage_piece(text);
    return vantage_join(1, &piece);
}

/* What a call gave back, as JSON to look into. */
static inline vantage_json vantage_read(vantage_text text) {
    vantage_json json = {(const char *)text.ptr, text.len};
    return json;
}

/* Ends a run with an error: `return vantage_fail(...)`. Takes `message`; `hint` may be NULL. */
static inline bool vantage_fail(vantage_error *error, const char *kind, vantage_text message, const char *hint) {
    error->kind = vantage_copy(kind);
    error->message = message;
    error->hints.len = hint != NULL ? 1 : 0;
    error->hints.ptr = NULL;
    error->details.is_some = false;
    if (hint != NULL) {
        error->hints.ptr = malloc(sizeof(vantage_text));
        if (error->hints.ptr == NULL) abort();
        error->hints.ptr[0] = vantage_copy(hint);
    }
    return false;
}

/* Whether an error says only that nobody reads on; then it is freed, and the run is a success. */
static inline bool vantage_closed(vantage_error *error) {
    static const char closed[] = "closed";
    bool is_closed = error->kind.len == sizeof closed - 1 && memcmp(error->kind.ptr, closed, error->kind.len) == 0;
    if (is_closed) vantage_plugin_types_error_free(error);
    return is_closed;
}

#endif
