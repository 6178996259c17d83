// What a lint is: its name and words, the query that finds it, and what may keep it from being looked for.
#pragma once

#include "features/advisors/surroundings.hpp"

#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::advisors {

/// What a lint is about.
enum class category
{
    security,
    performance
};
BOOST_DESCRIBE_ENUM(category, security, performance)

/// How bad a finding is; worst first.
enum class severity
{
    error,
    warn,
    info
};

/// As it is published: `ERROR`, `WARN`, `INFO`.
std::string_view to_string(severity level);
std::string_view to_string(category about);

/// What could not be looked at, why, and what to do about it.
struct gap
{
    enum class extent
    {
        whole, ///< the lint does not run
        part   ///< it runs, and may miss something
    };

    std::string reason;
    std::string next{};
    extent misses = extent::whole;
};

/// One lint. Immutable; the table of all is in lints.hpp.
struct lint
{
    int number; ///< of the official advisor
    std::string_view name;
    severity level;
    category about;
    std::string_view title;
    std::string_view description; ///< why it matters, in a sentence or two

    /// One statement with rows of (object text, detail text, remedy json, next text); see README.md for `$n`.
    const std::string_view* sql;

    /// The role that a lint asks about when it is one of a pair.
    std::string_view role{};

    /// Nothing when the lint can see all it needs.
    std::optional<gap> (*blind_spot)(const surroundings& seen) = nullptr;

    /// Completes the text of a remedy, where SQL alone cannot.
    std::string (*complete)(std::string_view statement) = nullptr;

    /// The level once an anonymous user exists: until then the finding is a question, then a way in.
    std::optional<severity> level_with_anonymous_users{};

    /// The page that explains it: the address of the official advisor.
    std::string documentation() const;

    /// `level`, or worse where the surroundings make it so.
    severity level_in(const surroundings& seen) const;
};

} // namespace basekeeper::advisors
