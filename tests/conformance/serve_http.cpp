// Starting the HTTP transport for the fixtures.
#include "conformance/serve_http.hpp"

#include <cstdio>

namespace basekeeper::conformance {

io::task<int> serve_http(mcp::server&, std::string address)
{
    std::fprintf(stderr, "cannot listen on %s: the HTTP transport is not part of this build\n", address.c_str());
    co_return 69;
}

} // namespace basekeeper::conformance
