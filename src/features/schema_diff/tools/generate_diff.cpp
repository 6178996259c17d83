// generate_diff: the statements that make the schema of an instance like another one, or like a folder of SQL.
#include "features/database/catalogue.hpp"
#include "features/schema_diff/tools/tools.hpp"
#include "json/text.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <utility>

namespace basekeeper::schema_diff::tools {
namespace {

struct args
{
    std::string to;
    std::string folder;
    std::vector<std::string> schemas;
    bool include_destructive = false;
    int offset = 0;

    static constexpr auto fields = std::tuple{
        json::optional("to", &args::to, "Instance to be like."),
        json::optional("folder", &args::folder, "Or a folder of .sql files."),
        json::optional("schemas", &args::schemas, "Default: all but the platform's own."),
        json::optional("include_destructive", &args::include_destructive),
        json::optional("offset", &args::offset, "next_offset of the page before.", {.min = 0}),
    };
};

/// Its parts are told in docs/tools.md; clients pay for each line of a schema.
struct diff_page
{
    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const;

    bool equal = false;
    std::string sql;
    database::json_items steps;
    database::json_items held_back;
    std::vector<std::string> notes;
    std::optional<std::int64_t> next_offset;
};

void diff_page::write_json(std::string& out) const
{
    out.append("{\"equal\":").append(equal ? "true" : "false").append(",\"sql\":");
    json::encode(out, sql);
    for (const auto& [name, list] : {std::pair{"steps", &steps}, std::pair{"held_back", &held_back}}) {
        out.append(",\"").append(name).append("\":");
        list->write_json(out);
    }
    out.append(",\"notes\":");
    json::encode(out, notes);
    if (next_offset)
        out.append(",\"next_offset\":").append(std::to_string(*next_offset));
    out += '}';
}

enum class share
{
    script,   ///< its SQL is in the script of the page
    held_back ///< its SQL stands beside it
};

/// What is the ordinary case is left out.
std::string to_json(const step& s, share of)
{
    boost::json::object out{{"object", s.object}};
    if (of == share::held_back)
        out["sql"] = s.sql;
    if (s.lock != lock_class::none)
        out["lock"] = boost::describe::enum_to_string(s.lock, "");
    if (s.work != row_work::none)
        out["work"] = boost::describe::enum_to_string(s.work, "");
    if (s.loses != loss::none)
        out["loses"] = boost::describe::enum_to_string(s.loses, "");
    if (s.mode != transaction_mode::inside)
        out["transaction"] = boost::describe::enum_to_string(s.mode, "");
    if (!s.note.empty())
        out["note"] = s.note;
    return json::to_text(out);
}

/// Takes steps from `offset` on until the budget is used; at least one.
diff_page page_of(plan all, std::size_t offset, std::size_t budget)
{
    diff_page out;
    out.equal = all.empty();
    out.notes = std::move(all.notes);
    plan part;
    std::size_t used = 0;
    std::size_t at = 0;
    const auto take = [&](step& s, share of) {
        if (at++ < offset || out.next_offset)
            return;
        auto text = to_json(s, of);
        const auto cost = text.size() + s.sql.size() + s.note.size();
        if (used > 0 && used + cost > budget) {
            out.next_offset = static_cast<std::int64_t>(at - 1);
            return;
        }
        used += cost;
        (of == share::held_back ? out.held_back : out.steps).items.push_back(std::move(text));
        if (of == share::script)
            part.steps.push_back(std::move(s));
    };
    for (auto& s : all.steps)
        take(s, share::script);
    for (auto& s : all.held_back)
        take(s, share::held_back);
    out.sql = to_script(part);
    return out;
}

std::unexpected<error> refuse(std::string message, std::string hint)
{
    return fail(condition::invalid_argument, std::move(message), std::move(hint));
}

/// A folder is on the machine of the server: only who is there may name one.
result<> check_folder(const mcp::call& c)
{
    const auto& id = c.who().id;
    if (id.starts_with("stdio:") || id.starts_with("cli:"))
        return {};
    return fail(
        condition::denied,
        "a folder can be named by callers on the same machine only",
        "compare with another instance, or run `basekeeper diff` where the folder is"
    );
}

/// A folder is run in a scratch database on the server of the instance.
mcp::plan plan_of(const args& in)
{
    if (in.folder.empty())
        return {.also_reads = in.to.empty() ? std::vector<std::string>{} : std::vector{in.to}};
    return {.does = mcp::effect::writes, .summary = "a scratch database is created for the folder and dropped again"};
}

io::task<result<diff_page>> run(engine& with, std::size_t result_bytes, args in, mcp::call& c)
{
    if (in.to.empty() == in.folder.empty())
        co_return refuse("to, folder: exactly one of them says what to compare with", "give to or folder");
    if (!in.folder.empty())
        CO_TRY(check_folder(c));
    diff_request what{
        .from = c.instance(),
        .to = std::move(in.to),
        .folder = std::move(in.folder),
        .schemas = std::move(in.schemas),
        .destructive = in.include_destructive ? destructive_steps::included : destructive_steps::held_back,
    };
    auto found = CO_TRY(co_await with.diff(std::move(what), c.deadline()));
    auto page = page_of(std::move(found), static_cast<std::size_t>(in.offset), result_bytes / 2);
    c.tally().rows = page.steps.items.size() + page.held_back.items.size();
    c.tally().truncated = page.next_offset.has_value();
    co_return page;
}

} // namespace

mcp::tool generate_diff(engine& with, std::size_t result_bytes)
{
    return mcp::make_tool<args, diff_page>(
        {.name = "generate_diff",
         .group = "database",
         .worst = mcp::effect::writes,
         .description =
             "Writes the SQL that makes the instance's schema like another's; runs nothing. Drops are held back.",
         .as_task = mcp::task_support::optional,
         .least = mcp::effect::reads},
        [&with, result_bytes](args in, mcp::call& c) { return run(with, result_bytes, std::move(in), c); },
        {.assess = plan_of}
    );
}

} // namespace basekeeper::schema_diff::tools
