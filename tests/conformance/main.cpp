// The test-only server that the official conformance suites run against: our engine with their fixtures.
//
// usage: basekeeper-conformance-server --stdio | --http HOST:PORT
#include "conformance/fixtures.hpp"
#include "conformance/serve_http.hpp"
#include "crypto/random.hpp"
#include "io/runtime.hpp"
#include "mcp/server.hpp"
#include "transports/stdio.hpp"

#include <cstdio>
#include <exception>
#include <span>

namespace basekeeper::conformance {
namespace {

class no_instances final : public mcp::instance_catalog
{
public:
    std::vector<std::string> names() const override { return {}; }
};

/// What the fixtures do is of no interest afterwards.
class no_audit final : public mcp::audit_sink
{
public:
    void record(mcp::audit_entry) override {}
};

mcp::registry everything(newsroom& of)
{
    mcp::registry all;
    add_content_tools(all); // the suites call the first tool without arguments, and it must work
    add_progress_tools(all);
    add_client_tools(all);
    add_input_required_tools(all);
    add_change_tools(all, of);
    add_task_tools(all);
    add_resources(all);
    add_prompts(all);
    return all;
}

mcp::server_settings settings()
{
    mcp::server_settings s;
    s.title = "basekeeper conformance";
    s.description = "Fixtures of the official conformance suites.";
    s.state_key = crypto::secret<>(crypto::random_token(32));
    s.report_bug = [](std::string_view what) {
        std::fprintf(stderr, "a request ended by a bug: %.*s\n", static_cast<int>(what.size()), what.data());
    };
    return s;
}

/// Everything that a transport serves.
struct offer
{
    newsroom news;
    no_instances instances;
    no_audit audit;
    mcp::registry all = everything(news);
    mcp::policy rules{
        {},
        instances,
        audit,
        mcp::confirmation_tokens(crypto::secret<>(crypto::random_token(32)), system_clock()),
        system_clock()
    };
    mcp::server server{all, rules, instances, system_clock(), settings()};

    offer() { news.news = &server.news(); }
};

/// Serves to the end and stops the tasks, which do not end with the clients that wanted them.
io::task<int> serve_and_close(io::task<int> serving, mcp::server& of)
{
    const int code = co_await std::move(serving);
    const auto closed = co_await of.close(io::deadline::after(std::chrono::seconds{5}));
    co_return closed ? code : 1;
}

int run(std::span<char*> arguments)
{
    const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    io::runtime loop;
    offer all;
    if (words == std::vector<std::string>{"--stdio"})
        return loop.run_main(serve_and_close(transports::serve_stdio(all.server, {"stdio:conformance"}), all.server));
    if (words.size() == 2 && words.front() == "--http")
        return loop.run_main(serve_and_close(serve_http(all.server, words.back()), all.server));
    std::fputs("usage: basekeeper-conformance-server --stdio | --http HOST:PORT\n", stderr);
    return 2;
}

} // namespace
} // namespace basekeeper::conformance

int main(int argc, char** argv)
{
    try {
        return basekeeper::conformance::run({argv, static_cast<std::size_t>(argc)});
    } catch (const std::exception& bug) {
        std::fprintf(stderr, "basekeeper-conformance-server: %s\n", bug.what());
        return 70;
    }
}
