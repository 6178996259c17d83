// Creates and checks the narrow login by which read-only queries run.
#pragma once

#include "instances/connections.hpp"
#include "json/fields.hpp"

#include <string>
#include <vector>

namespace basekeeper::database {

/// What harden did and found.
struct harden_report
{
    std::string role;
    std::string grantor;                 ///< the login that granted
    std::vector<std::string> unreadable; ///< tables of user schemas that it could not be given
    std::vector<std::string> policed;    ///< tables whose row-level security policies decide what it sees

    static constexpr auto fields = std::tuple{
        json::required("role", &harden_report::role),
        json::required("grantor", &harden_report::grantor),
        json::required("unreadable", &harden_report::unreadable),
        json::required("policed", &harden_report::policed),
    };
};

/// Makes a role of the instance's own, `basekeeper_read_only_` and 8 hex digits, with a new password, lets it read the
/// tables of all user schemas and nothing else, keeps name and password in the store and verifies by logging in.
/// The server gets a SCRAM-SHA-256 verifier of the
/// password, never the password. Repeatable: a second run keeps the role, grants what is new and changes the password.
/// All or nothing on the database. The role is not a member of pg_read_all_data, which would let it read password
/// hashes, and does not bypass row-level security.
io::task<result<harden_report>>
harden(instances::directory& names, instances::connections& open, std::string instance, io::deadline until);

} // namespace basekeeper::database
