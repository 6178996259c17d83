// Creates and checks the narrow login by which read-only queries run.
#pragma once

#include "instances/connections.hpp"
#include "json/fields.hpp"

#include <string>
#include <vector>

namespace basekeeper::database {

/// What the narrow login can really do, as the server says when asked by that login; rights that everybody has
/// included.
struct narrow_powers
{
    int readable_tables = 0;            ///< tables and views outside the catalogue
    bool reads_password_hashes = false; ///< of roles, or of the users of Auth
    bool makes_temporary_tables = false;
    std::vector<std::string> writable; ///< tables that PUBLIC may write; READ ONLY keeps it from that
    std::vector<std::string>
        definer_functions; ///< that run with the powers of their owner; a read that names one is refused

    static constexpr auto fields = std::tuple{
        json::required("readable_tables", &narrow_powers::readable_tables),
        json::required("reads_password_hashes", &narrow_powers::reads_password_hashes),
        json::required("makes_temporary_tables", &narrow_powers::makes_temporary_tables),
        json::required("writable", &narrow_powers::writable),
        json::required("definer_functions", &narrow_powers::definer_functions),
    };
};

/// What harden did and found.
struct harden_report
{
    std::string role;
    std::string grantor;                 ///< the login that granted
    std::vector<std::string> unreadable; ///< tables of user schemas that it could not be given
    std::vector<std::string> policed;    ///< tables whose row-level security policies decide what it sees
    narrow_powers powers;                ///< at most 20 names in each of its lists

    static constexpr auto fields = std::tuple{
        json::required("role", &harden_report::role),
        json::required("grantor", &harden_report::grantor),
        json::required("unreadable", &harden_report::unreadable),
        json::required("policed", &harden_report::policed),
        json::required("powers", &harden_report::powers),
    };
};

/// Makes a role of the instance's own, `basekeeper_read_only_` and 8 hex digits, with a new password, lets it read the
/// tables of all user schemas and nothing else, keeps name and password in the store and verifies by logging in: it
/// fails when the login could do more than read, and reports its real powers.
/// The server gets a SCRAM-SHA-256 verifier of the
/// password, never the password. Repeatable: a second run keeps the role, grants what is new and changes the password.
/// All or nothing on the database. The role is not a member of pg_read_all_data, which would let it read password
/// hashes, and does not bypass row-level security.
io::task<result<harden_report>>
harden(instances::directory& names, instances::connections& open, std::string instance, io::deadline until);

} // namespace basekeeper::database
