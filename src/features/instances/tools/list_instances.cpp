// list_instances: every configured instance, and on request whether it answers.
#include "features/instances/tools/tools.hpp"

#include <algorithm>

namespace basekeeper::instances::tools {
namespace {

struct args
{
    std::string tag;
    bool check = false;

    static constexpr auto fields = std::tuple{
        json::optional("tag", &args::tag, "Only instances with this tag."),
        json::optional("check", &args::check, "Connect to each, at most 3 s, and report status and version."),
    };
};

struct listed
{
    std::string name;
    std::string kind;
    std::string source;
    std::optional<std::string> api_url;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> status;
    std::optional<std::string> version;

    static constexpr auto fields = std::tuple{
        json::required("name", &listed::name),
        json::required("kind", &listed::kind),
        json::required("source", &listed::source),
        json::optional("api_url", &listed::api_url),
        json::optional("tags", &listed::tags),
        json::optional("status", &listed::status),
        json::optional("version", &listed::version),
    };
};

struct listing
{
    std::vector<listed> instances;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("instances", &listing::instances),
        json::optional("next", &listing::next),
    };
};

listed describe(const instance& i)
{
    listed out{
        .name = i.name,
        .kind = std::string(kind_name(i.kind)),
        .source = i.source == defined_by::configuration ? "configuration" : "store",
    };
    if (!i.api_url.empty())
        out.api_url = i.api_url;
    if (!i.tags.empty())
        out.tags = i.tags;
    return out;
}

io::task<result<listing>> run(services s, args in, mcp::call& c)
{
    listing out;
    for (const auto& i : s.names.all())
        if (std::ranges::find(c.shown_instances(), i.name) != c.shown_instances().end() &&
            (in.tag.empty() || std::ranges::find(i.tags, in.tag) != i.tags.end()))
            out.instances.push_back(describe(i));
    if (in.check)
        for (auto& one : out.instances) {
            const auto facts = co_await look(s.open, one.name, c.deadline().capped(std::chrono::seconds{3}));
            one.status = facts ? "up" : std::string(to_string(facts.error().code)) + ": " + facts.error().message;
            if (facts)
                one.version = facts->version;
        }
    if (c.shown_instances().empty())
        out.next = "run `basekeeper local up dev` for a local instance, or `basekeeper instance add NAME`";
    c.tally().rows = out.instances.size();
    co_return out;
}

} // namespace

mcp::tool list_instances(services s)
{
    return mcp::make_tool<args, listing>(
        {.name = "list_instances",
         .group = "instances",
         .about = mcp::subject::server,
         .words = mcp::origin::ours,
         .description = "Lists the configured instances. Start here when the instance is not known."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::instances::tools
