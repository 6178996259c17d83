// Header fields and URLs of calls through the gateway.
#include "clients/supabase/access.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "json/text.hpp"

namespace basekeeper::supabase {
namespace {

constexpr std::size_t most_bytes = std::size_t{4} << 20U;

crypto::secret<> with_scheme(std::string_view scheme, std::string_view value)
{
    return crypto::secret<>::filled_by([&](std::string& out) {
        out.reserve(scheme.size() + value.size());
        out.append(scheme).append(value);
    });
}

std::string joined(std::string_view url, std::string_view path)
{
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return std::string(url).append(path);
}

} // namespace

const crypto::secret<>& gateway::value_of(key which) const
{
    static const crypto::secret<> nothing;
    switch (which) {
    case key::anon:
        return to_.anon_key;
    case key::service:
        return to_.service_key;
    case key::none:
        break;
    }
    return nothing;
}

bool gateway::has(key which) const
{
    return !value_of(which).empty();
}

io::task<result<http::client_response>> gateway::send(gateway_call what, io::deadline until) const
{
    http::client_request out;
    out.method = what.method;
    out.url = joined(to_.url, what.path);
    out.max_body_bytes = most_bytes;
    out.reach = to_.reach;
    if (!what.body.empty()) {
        out.headers.push_back({"content-type", "application/json"});
        out.body = std::move(what.body);
    }
    const auto& value = value_of(what.by);
    if (!value.empty())
        out.secrets.push_back({"apikey", value});
    if (what.basic_auth)
        out.secrets.push_back(
            {"authorization", with_scheme("Basic ", crypto::to_base64(crypto::bytes_of(what.basic_auth->reveal())))}
        );
    else if (what.token)
        out.secrets.push_back({"authorization", with_scheme("Bearer ", what.token->reveal())});
    else if (!value.empty() && !value.reveal().starts_with("sb_"))
        out.secrets.push_back({"authorization", with_scheme("Bearer ", value.reveal())});
    co_return co_await through_.send(std::move(out), until);
}

boost::json::object object_of(const http::client_response& came)
{
    const auto read = json::read(came.body);
    return read && read->is_object() ? read->get_object() : boost::json::object{};
}

std::string text_of(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

bool is_true(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

} // namespace basekeeper::supabase
