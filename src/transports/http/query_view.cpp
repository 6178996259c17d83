// Strict reading: a misspelt limit must not become no limit.
#include "transports/http/query_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace basekeeper::transports {
namespace {

std::set<std::string, std::less<>> groups_of(const mcp::registry& offers)
{
    std::set<std::string, std::less<>> out;
    for (const auto& t : offers.tools())
        out.insert(t.about.group);
    return out;
}

result<std::vector<std::string>> read_features(std::string_view list, const mcp::registry& offers)
{
    const auto groups = groups_of(offers);
    std::vector<std::string> out;
    for (std::string_view rest = list;;) {
        const auto comma = rest.find(',');
        const auto name = rest.substr(0, comma);
        if (!groups.contains(name))
            return fail(
                condition::invalid_argument,
                fmt::format("features: there is no group \"{}\"", name),
                fmt::format("use some of: {}", fmt::join(groups, ", "))
            );
        out.emplace_back(name);
        if (comma == std::string_view::npos)
            return out;
        rest = rest.substr(comma + 1);
    }
}

result<mcp::access> read_mode(std::string_view value)
{
    if (value == "true")
        return mcp::access::read_only;
    if (value == "false")
        return mcp::access::full;
    return fail(
        condition::invalid_argument,
        fmt::format("read_only: \"{}\" is neither true nor false", value),
        "use read_only=true or leave it out"
    );
}

} // namespace

result<mcp::view> read_query_view(
    const std::vector<std::pair<std::string, std::string>>& query,
    const mcp::registry& offers,
    const std::function<bool(std::string_view)>& may_use
)
{
    mcp::view out;
    std::set<std::string_view> seen;
    for (const auto& [name, value] : query) {
        if (!seen.insert(name).second)
            return fail(condition::invalid_argument, fmt::format("{} is given twice", name), "give it once");
        if (name == "features")
            out.features = TRY(read_features(value, offers));
        else if (name == "read_only")
            out.mode = TRY(read_mode(value));
        else if (name == "instance" && may_use(value))
            out.instance = value;
        else if (name == "instance")
            return fail(
                condition::invalid_argument,
                fmt::format("instance: there is none named \"{}\"", value),
                "see the names with `basekeeper instance list`"
            );
        else
            return fail(
                condition::invalid_argument,
                fmt::format("the query of the address has the unknown name \"{}\"", name),
                "use features, instance and read_only"
            );
    }
    return out;
}

} // namespace basekeeper::transports
