// Privileges as values: read from the catalogue's text, compared, and written as GRANT and REVOKE.
#pragma once

#include "features/schema_diff/facts.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::schema_diff {

/// By grantee (plain name; empty: everybody; `owner_mark`: the owner) the letters of the privileges, each with whether
/// it may be passed on.
using privileges = std::map<char, bool>;
using access_list = std::map<std::string, privileges, std::less<>>;

/// Stands for the owner, so that lists of objects with different owners can be compared.
inline constexpr std::string_view owner_mark = "\x01";

/// Reads items as PostgreSQL prints them (`anon=arw*/postgres`), separated by `\x1f`. What cannot be read is left out.
access_list read_access(std::string_view items, std::string_view owner);

/// What the owner and everybody have when nothing was granted: by pg_default_acl's letter of the kind of object
/// (r, S, f, T, n).
access_list builtin_access(char object_kind, int server_version);

/// That letter; `\0` for kinds without privileges.
char access_letter(kind k);

/// What an object has right after `creator` made it in `schema`, by the default privileges of this side.
access_list access_at_creation(const snapshot& side, char object_kind, std::string_view schema);

/// One statement of a difference.
struct grant_change
{
    enum class direction
    {
        grant,
        revoke
    };

    direction way = direction::grant;
    std::string privileges; ///< `select, insert`
    std::string grantee;    ///< as in an access_list
    bool with_option = false;
    bool option_only = false; ///< of a revoke: the right to pass on
};

/// What leads from one list to the other: revokes first. `all` is written where a grantee gets everything there is.
std::vector<grant_change> difference(const access_list& from, const access_list& to, char object_kind);

} // namespace basekeeper::schema_diff
