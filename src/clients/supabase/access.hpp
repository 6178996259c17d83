// A running stack as it is reached through its gateway, and calls to it with one of its keys.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "http/client.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::supabase {

struct gateway_access
{
    std::string url;                    ///< of the gateway: SUPABASE_PUBLIC_URL, without a path
    crypto::secret<> anon_key;          ///< ANON_KEY or the publishable key; empty: unknown
    crypto::secret<> service_key;       ///< SERVICE_ROLE_KEY or the secret key; empty: unknown
    std::optional<std::string> reach{}; ///< as http::client_request takes it
};

enum class key
{
    none,
    anon,
    service
};

struct gateway_call
{
    http::client_method method = http::client_method::get;
    std::string path; ///< from `/auth/v1/…` on, with the query
    key by = key::none;
    std::string body{};                           ///< JSON
    std::optional<crypto::secret<>> token{};      ///< instead of the key, as `Authorization: Bearer`
    std::optional<crypto::secret<>> basic_auth{}; ///< `user:password`
};

/// Calls of one stack. Lives on the I/O thread; the client must outlive it.
class gateway
{
public:
    gateway(http::client& through, gateway_access to) : through_(through), to_(std::move(to)) {}

    /// The answer, whatever its status; fails as `http::client::send` does. Keys go in the fields that Supabase's own
    /// clients use: opaque ones in `apikey` alone, for no service could read them as a token.
    io::task<result<http::client_response>> send(gateway_call what, io::deadline until) const;

    bool has(key which) const;

private:
    const crypto::secret<>& value_of(key which) const;

    http::client& through_;
    gateway_access to_;
};

/// The body of an answer as an object; empty when it is none.
boost::json::object object_of(const http::client_response& came);

/// A member that is a string; empty when it is not.
std::string text_of(const boost::json::object& in, std::string_view name);

/// True for a member that is `true`.
bool is_true(const boost::json::object& in, std::string_view name);

} // namespace basekeeper::supabase
