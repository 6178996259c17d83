// Feeds any JSON text to the strict argument decoder: it never crashes, and what it accepts survives a round trip.
#include "base/text.hpp"
#include "json/fields.hpp"
#include "json/text.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper {
namespace {

enum class order
{
    ascending,
    descending
};
BOOST_DESCRIBE_ENUM(order, ascending, descending)

struct filter
{
    std::string column;
    boost::json::value equals;
    std::optional<order> sorted;

    static constexpr auto fields = std::tuple{
        json::required("column", &filter::column, "Column.", {1, 63}),
        json::optional("equals", &filter::equals, "Any value."),
        json::optional("sorted", &filter::sorted, "Order."),
    };
};

// One member of every form that tool arguments can take.
struct arguments
{
    std::string query;
    std::vector<boost::json::value> params;
    std::optional<std::string> role;
    std::vector<filter> filters;
    std::vector<std::vector<std::int64_t>> pages;
    boost::json::object extra;
    std::int64_t offset = 0;
    std::uint64_t seed = 0;
    int limit = 50;
    std::uint8_t level = 0;
    double ratio = 0;
    std::optional<double> weight;
    bool dry_run = false;
    order by = order::ascending;

    static constexpr auto fields = std::tuple{
        json::required("query", &arguments::query, "Text.", {1, 1000}),
        json::optional("params", &arguments::params, "Values.", {0, 100}),
        json::optional("role", &arguments::role, "Role."),
        json::optional("filters", &arguments::filters, "Filters."),
        json::optional("pages", &arguments::pages, "Numbers of numbers."),
        json::optional("extra", &arguments::extra, "Anything."),
        json::optional("offset", &arguments::offset, "Signed."),
        json::optional("seed", &arguments::seed, "Unsigned."),
        json::optional("limit", &arguments::limit, "Bounded.", {1, 500}),
        json::optional("level", &arguments::level, "Small."),
        json::optional("ratio", &arguments::ratio, "Real.", {-1000, 1000}),
        json::optional("weight", &arguments::weight, "Optional real."),
        json::optional("dry_run", &arguments::dry_run, "Two values."),
        json::optional("by", &arguments::by, "Enumeration."),
    };
};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::string encoded(const arguments& in)
{
    std::string out;
    json::encode(out, in);
    return out;
}

void check_refusal(const error& refused)
{
    require(refused.code == condition::invalid_argument);
    require(!refused.message.empty());
    require(is_utf8(refused.message) && is_utf8(refused.hint));
    // An error must not be a way to flood a model's context.
    require(refused.message.size() < 4096 && refused.hint.size() < 4096);
}

void check_acceptance(const arguments& accepted)
{
    require(!accepted.query.empty() && accepted.query.size() <= 1000);
    require(accepted.limit >= 1 && accepted.limit <= 500);
    require(accepted.ratio >= -1000 && accepted.ratio <= 1000);
    const auto text = encoded(accepted);
    require(is_utf8(text));
    const auto again = json::read(text, {.max_bytes = std::size_t{64} << 20U, .max_depth = 80});
    require(again.has_value() && again->is_object());
    const auto decoded = json::decode<arguments>(again->get_object());
    require(decoded.has_value());
    require(encoded(*decoded) == text);
}

} // namespace
} // namespace basekeeper

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace basekeeper;
    const std::string text(data, data + size);
    const auto document = json::read(text);
    if (!document) {
        check_refusal(document.error());
        return 0;
    }
    if (!document->is_object())
        return 0;
    const auto decoded = json::decode<arguments>(document->get_object());
    if (decoded)
        check_acceptance(*decoded);
    else
        check_refusal(decoded.error());
    return 0;
}
