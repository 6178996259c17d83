// Env texts for eyes that must not see their secrets: masked, and compared.
#pragma once

#include "env_text/document.hpp"

#include <boost/describe/enum.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::env_text {

/// Stands for a value that is not shown.
inline constexpr std::string_view mask = "****";

/// Whether the value of a variable with this name may be shown. What it does not know, it must refuse.
using public_names = bool (*)(std::string_view name);

/// The value, or the mask; an empty one is shown as empty.
std::string shown(std::string_view name, std::string_view value, public_names may_show);

/// The text with all values masked that may not be shown, wherever they stand: in comments, in lines that are ignored,
/// behind a # that cut a value short.
std::string masked(const document& text, public_names may_show);

enum class change_kind
{
    added,
    removed,
    changed
};
BOOST_DESCRIBE_ENUM(change_kind, added, removed, changed)

/// What becomes of one variable; values as `shown`.
struct change
{
    std::string name;
    change_kind kind = change_kind::changed;
    std::string before{};
    std::string after{};
};

/// What differs between the values that count, in the order of names.
std::vector<change> compare(const document& before, const document& after, public_names may_show);

} // namespace basekeeper::env_text
