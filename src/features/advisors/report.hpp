// What the lints found, as clients get it: one entry per lint, small by default, all findings of one lint on request.
#pragma once

#include "json/fields.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::advisors {

/// One object that a lint found.
struct finding
{
    std::string object; ///< quoted as SQL needs it; unique within the lint
    std::string detail;
    std::optional<std::vector<std::string>> remedy; ///< statements, in order, that make it go away
    std::optional<std::string> next;                ///< what to do where no statement helps

    static constexpr auto fields = std::tuple{
        json::required("object", &finding::object),
        json::required("detail", &finding::detail),
        json::optional("remedy", &finding::remedy),
        json::optional("next", &finding::next),
    };
};

/// What one lint found.
struct lint_report
{
    std::string name;
    std::string level;
    std::string category;
    std::string title;
    std::string description;
    std::int64_t count = 0;
    std::vector<finding> findings;                   ///< the first ones, or the page that was asked for
    std::optional<std::vector<std::string>> objects; ///< in the overview: the next ones, by name only
    std::optional<std::string> next_cursor;
    std::string docs;

    static constexpr auto fields = std::tuple{
        json::required("name", &lint_report::name),
        json::required("level", &lint_report::level),
        json::required("category", &lint_report::category),
        json::required("title", &lint_report::title),
        json::required("description", &lint_report::description),
        json::required("count", &lint_report::count),
        json::required("findings", &lint_report::findings),
        json::optional("objects", &lint_report::objects),
        json::optional("next_cursor", &lint_report::next_cursor),
        json::required("docs", &lint_report::docs),
    };
};

/// Lints that could not look at everything, for one reason.
struct unchecked
{
    std::vector<std::string> lints;
    std::string reason;
    std::optional<std::string> next;
    std::optional<bool> partly; ///< they ran all the same

    static constexpr auto fields = std::tuple{
        json::required("lints", &unchecked::lints),
        json::required("reason", &unchecked::reason),
        json::optional("next", &unchecked::next),
        json::optional("partly", &unchecked::partly),
    };
};

/// Findings by level.
struct level_counts
{
    std::int64_t errors = 0;
    std::int64_t warnings = 0;
    std::int64_t infos = 0;

    static constexpr auto fields = std::tuple{
        json::required("ERROR", &level_counts::errors),
        json::required("WARN", &level_counts::warnings),
        json::required("INFO", &level_counts::infos),
    };
};

/// Everything that one call tells.
struct report
{
    std::vector<std::string> exposed_schemas;
    std::string exposed_from; ///< who says so; see exposure::source
    level_counts counts;
    std::vector<lint_report> lints; ///< with findings only; worst level first, then most findings
    std::vector<unchecked> not_checked;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("exposed_schemas", &report::exposed_schemas),
        json::required("exposed_from", &report::exposed_from),
        json::required("counts", &report::counts),
        json::required("lints", &report::lints),
        json::required("not_checked", &report::not_checked),
        json::optional("next", &report::next),
    };
};

/// The report as a tool publishes it: its schema is kept short, because every client reads it.
struct published_report
{
    report what;

    static boost::json::object json_schema();

    void write_json(std::string& out) const { json::encode(out, what); }
};

} // namespace basekeeper::advisors
