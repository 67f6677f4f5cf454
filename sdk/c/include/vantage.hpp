// What makes packs in C++ shorter: errors, texts, and `closed`.
//
// The generated `command_pack_cpp.h` is the contract itself, and pleasant enough for all else: handles
// end by themselves, calls give `std::expected`. Build lists for the host with care: as the generator
// stands, elements are handed over without their destructors.
#ifndef VANTAGE_HPP
#define VANTAGE_HPP

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "command_pack_cpp.h"
#include "vantage_json.h"

namespace vantage {

using plugin::session::Session;
using plugin::types::Error;

// How a command ends.
using Result = std::expected<void, Error>;

// An error to end a run with: `return failure("not-found", ...)`.
inline std::unexpected<Error> failure(std::string_view kind, std::string_view message,
                                      std::initializer_list<std::string_view> hints = {}) {
    auto lines = wit::vector<wit::string>::allocate(hints.size());
    size_t index = 0;
    for (auto hint : hints) lines.initialize(index++, wit::string::from_view(hint));
    return std::unexpected(Error{
        wit::string::from_view(kind), wit::string::from_view(message), std::move(lines), std::nullopt});
}

// The end of a run whose answer went out; that nobody read on is no failure.
inline Result ended(Result answered) {
    if (!answered && answered.error().kind.get_view() == "closed") return {};
    return answered;
}

// Texts from the host, as a call takes them.
inline std::vector<std::string_view> views(const wit::vector<wit::string> &texts) {
    std::vector<std::string_view> views;
    for (const auto &text : texts.get_const_view()) views.push_back(text.get_view());
    return views;
}

// The JSON at a JSON Pointer, as it stands; empty where there is none.
inline std::string_view at(std::string_view json, const char *pointer) {
    auto found = vantage_json_at({json.data(), json.size()}, pointer);
    return found.text == nullptr ? std::string_view() : std::string_view(found.text, found.length);
}

// A JSON string decoded; empty for anything else.
inline std::string text(std::string_view json) {
    size_t length = 0;
    char *decoded = vantage_json_string({json.data(), json.size()}, &length);
    std::string text(decoded == nullptr ? "" : decoded, length);
    free(decoded);
    return text;
}

}  // namespace vantage

#endif
