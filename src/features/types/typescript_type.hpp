// Types of TypeScript as values: what a type is made of decides how it is broken into lines.
#pragma once

#include "features/types/layout.hpp"
#include "features/types/type_index.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::types {

/// One member of an object type.
struct typescript_member;

struct typescript_type
{
    enum class kind
    {
        plain,  ///< `text`: a keyword, a string literal, a name, `Database["public"]…`
        record, ///< Record<string, unknown>: the one that has arguments to break at
        array,  ///< of items[0]
        any_of, ///< items[0] | items[1] | …
        object, ///< members on one line where they fit
        tall,   ///< an object whose members stand on lines of their own
        both_of ///< items[0], an object, & items[1]
    };

    kind is = kind::plain;
    std::string text;
    std::vector<typescript_type> items;
    std::vector<typescript_member> members;
};

struct typescript_member
{
    std::string name;
    typescript_type type;
    bool may_be_absent = false;
};

typescript_type plain_type(std::string text);
typescript_type object_type(typescript_type::kind is, std::vector<typescript_member> members);

/// `name` of PostgreSQL (bare, arrays with an underscore) as it is seen from `schema`, which is preferred among types
/// of one name; `unknown` for what has no counterpart, such as ranges.
typescript_type type_of(const type_index& index, std::string_view name, std::string_view schema);

/// The type with that oid; `unknown` without one.
typescript_type type_of(const type_index& index, pg::oid id);

/// `| null` where it says something: not for `unknown`, and Json holds null by itself and is narrowed otherwise.
enum class nullness
{
    never_null,
    nullable
};
typescript_type with_nullness(typescript_type type, nullness null);

/// Writes `[]` behind the text of the type: of several alternatives that is the last one's.
typescript_type with_brackets(typescript_type type);

/// A string literal in the quotes that need fewer escapes, double ones where that is equal.
std::string quoted(std::string_view text);

/// A name of a member, in quotes where it needs them.
std::string member_name(std::string_view name);

/// `name?: type`, where `after` may still follow on the line.
document to_document(const typescript_member& member);
document to_document(const typescript_type& type);

/// `["a", "b"]`.
document list_of_strings(const std::vector<std::string>& items);

} // namespace basekeeper::types
