// The headers themselves.
#include "gateway/dressed_exchange.hpp"

namespace basekeeper::gateway {

void dress::put_on(http::response& answer) const
{
    auto& headers = answer.headers;
    headers.add("X-Content-Type-Options", "nosniff");
    headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    headers.add("Referrer-Policy", "no-referrer");
    if (!headers.find("Cache-Control"))
        headers.add("Cache-Control", "no-store");
    if (to.tls)
        headers.add("Strict-Transport-Security", "max-age=31536000");
    if (cross_origin.empty())
        return;
    headers.add("Access-Control-Allow-Origin", cross_origin);
    headers.add("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After");
    headers.add("Vary", "Origin");
}

} // namespace basekeeper::gateway
