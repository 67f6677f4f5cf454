/*
 * Reading JSON that the host has checked: as much as a pack in C or C++ needs, without a library.
 *
 * It finds values by pointer, takes them over as they stand, and decodes strings. It deliberately
 * builds no tree and writes no JSON: a value found can be put into other JSON as it is. Included by
 * vantage.h and vantage.hpp.
 */
#ifndef VANTAGE_JSON_H
#define VANTAGE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A piece of a JSON text, not ended by a zero; `text` is NULL where there is none. */
typedef struct vantage_json {
    const char *text;
    size_t length;
} vantage_json;

static inline const char *vantage_json_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* The place after the string that begins at `at`. */
static inline const char *vantage_json_after_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end) at++;
    }
    return at < end ? at + 1 : end;
}

/* The place after the value that begins at `at`. */
static inline const char *vantage_json_after(const char *at, const char *end) {
    size_t depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = vantage_json_after_string(at, end);
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            depth--;
            at++;
        } else {
            /* A number or a word, or what stands between the members of something nested. */
            at++;
            while (at < end && depth == 0 && !strchr(" \t\r\n,]}", *at)) at++;
        }
        if (depth == 0) return at;
    }
    return end;
}

/* Whether `text` is `number` as a JSON Pointer writes it. */
static inline bool vantage_json_is_index(const char *text, size_t length, size_t number) {
    size_t digits = length;
    do {
        if (digits == 0 || text[--digits] != (char)('0' + number % 10)) return false;
        number /= 10;
    } while (number != 0);
    return digits == 0;
}

/* One member of an object, or one element of an array. */
static inline vantage_json vantage_json_child(vantage_json value, const char *name, size_t length) {
    const vantage_json none = {NULL, 0};
    if (value.text == NULL) return none;
    const char *end = value.text + value.length;
    const char *at = vantage_json_space(value.text, end);
    if (at == end || (*at != '{' && *at != '[')) return none;
    bool object = *at == '{';
    for (size_t index = 0;; index++) {
        bool found;
        at = vantage_json_space(at + 1, end);
        if (at >= end || *at == '}' || *at == ']') return none;
        if (object) {
            const char *after = vantage_json_after_string(at, end);
            found = (size_t)(after - at) == length + 2 && memcmp(at + 1, name, length) == 0;
            at = vantage_json_space(after, end);
            if (at >= end) return none;
            at = vantage_json_space(at + 1, end);
        } else {
            found = vantage_json_is_index(name, length, index);
        }
        const char *after = vantage_json_after(at, end);
        if (found) {
            vantage_json child = {at, (size_t)(after - at)};
            return child;
        }
        at = vantage_json_space(after, end);
        if (at >= end || *at != ',') return none;
    }
}

/* The value at a JSON Pointer such as "/clusters/edges/0/node"; names with escapes are not found. */
static inline vantage_json vantage_json_at(vantage_json value, const char *pointer) {
    while (*pointer == '/') {
        const char *name = ++pointer;
        while (*pointer != '\0' && *pointer != '/') pointer++;
        value = vantage_json_child(value, name, (size_t)(pointer - name));
    }
    return value;
}

static inline uint32_t vantage_json_hex(const char *at) {
    uint32_t value = 0;
    for (int digit = 0; digit < 4; digit++) {
        char c = at[digit];
        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

static inline size_t vantage_json_utf8(uint32_t point, char *to) {
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t index = length - 1; index > 0; index--, point >>= 6) to[index] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)((0xf00u >> length & 0xf0u) | point);
    return length;
}

/* Decodes the escape whose letter stands at `*at`, and moves `*at` behind it. */
static inline size_t vantage_json_escape(const char **at, const char *end, char *to) {
    static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
    char letter = *(*at)++;
    if (letter != 'u' || end - *at < 4) {
        const char *known = (const char *)memchr(letters, letter, sizeof letters - 1);
        *to = known != NULL ? meanings[known - letters] : letter;
        return 1;
    }
    uint32_t point = vantage_json_hex(*at);
    *at += 4;
    bool high = point >= 0xd800 && point < 0xdc00;
    if (high && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        uint32_t low = vantage_json_hex(*at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            *at += 6;
        }
    }
    /* Half a pair is no character. */
    if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
    return vantage_json_utf8(point, to);
}

/* A JSON string decoded, to be freed by the caller; NULL for anything else. `*length` are its bytes. */
static inline char *vantage_json_string(vantage_json value, size_t *length) {
    *length = 0;
    if (value.text == NULL || value.length < 2 || value.text[0] != '"') return NULL;
    /* No escape is shorter than what it stands for. */
    char *decoded = (char *)malloc(value.length);
    const char *at = value.text + 1, *end = value.text + value.length - 1;
    if (decoded == NULL) abort();
    while (at < end) {
        if (*at == '\\' && at + 1 < end) {
            at++;
            *length += vantage_json_escape(&at, end, decoded + *length);
        } else {
            decoded[(*length)++] = *at++;
        }
    }
    return decoded;
}

#endif
