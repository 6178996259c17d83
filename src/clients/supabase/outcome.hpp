// What came of all probes, one row each, as tools publish it.
#pragma once

#include "clients/supabase/access.hpp"
#include "json/fields.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace basekeeper::supabase {

enum class probe_status
{
    passed,
    warning, ///< works, but something is not as it should be
    failed,
    skipped ///< not asked: a key is missing, or it was not wanted
};
BOOST_DESCRIBE_ENUM(probe_status, passed, warning, failed, skipped)

struct probe_outcome
{
    std::string name; ///< `auth`, `settings`, `administration`, `sign_up`, `rest`, `rest_as_anon`, `storage`, …
    probe_status status = probe_status::skipped;
    std::string detail{};              ///< our own words, no secrets
    std::optional<std::string> next{}; ///< what to do, when something is to be done
    std::int64_t took_ms = 0;

    static constexpr auto fields = std::tuple{
        json::required("name", &probe_outcome::name),
        json::required("status", &probe_outcome::status),
        json::required("detail", &probe_outcome::detail),
        json::optional("next", &probe_outcome::next),
        json::required("took_ms", &probe_outcome::took_ms),
    };
};

enum class probe_user
{
    made_and_deleted,
    not_made
};

struct probe_options
{
    supabase::probe_user user = supabase::probe_user::made_and_deleted;
    std::optional<crypto::secret<>> dashboard_login{}; ///< `user:password`
    std::string realtime_tenant = "realtime-dev";
    std::string function = "hello";
    std::chrono::milliseconds patience{std::chrono::seconds{10}}; ///< with one probe
    std::chrono::milliseconds to_delete_user{std::chrono::seconds{5}};
};

/// All probes, in a fixed order, at most four at a time; those without their key are skipped. Never fails: whatever
/// goes wrong is an outcome. Ends at `until`, or `to_delete_user` later when a user is still to be deleted.
io::task<std::vector<probe_outcome>>
probe_all(http::client& through, gateway_access to, probe_options how, io::deadline until);

/// True when none failed.
bool all_work(const std::vector<probe_outcome>& of);

} // namespace basekeeper::supabase
