// The search: candidates by the text, those that PostgreSQL would use by one plan each, the best of them one by one.
#include "features/inspection/index_advice.hpp"

#include "base/text.hpp"
#include "features/inspection/workload.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::inspection {
namespace {

constexpr std::size_t most_pooled = 24;
constexpr std::size_t most_advised = 10;
constexpr double least_gain = 0.05; // of the cost of the queries that an index serves
constexpr std::size_t shown_bytes = 300;

/// The estimated cost of a plan, and the names of the indexes in it.
struct reading
{
    double cost = 0;
    std::vector<std::string> indexes;
};

result<reading> read_plan(const std::string& text)
{
    const auto tree = TRY(json::read(text, {.max_bytes = std::size_t{4} << 20U, .max_depth = 256}));
    reading out;
    std::vector<const boost::json::value*> pending{&tree};
    bool top = true;
    while (!pending.empty()) {
        const auto* next = pending.back();
        pending.pop_back();
        if (const auto* list = next->if_array())
            for (const auto& each : *list)
                pending.push_back(&each);
        const auto* plan = next->if_object();
        if (plan == nullptr)
            continue;
        if (const auto* cost = plan->if_contains("Total Cost"); cost != nullptr && top) {
            out.cost = cost->to_number<double>();
            top = false;
        }
        if (const auto* name = plan->if_contains("Index Name"); name != nullptr && name->is_string())
            out.indexes.emplace_back(name->get_string());
        for (const auto* below : {"Plan", "Plans"})
            if (const auto* child = plan->if_contains(below))
                pending.push_back(child);
    }
    return out;
}

std::string create_text(const sql::index_definition& index)
{
    auto text = sql::to_text(index);
    return text.insert(text.find(" on "), " concurrently");
}

/// One candidate of the whole search, and which queries would use it.
struct pooled
{
    index_candidate what;
    std::vector<std::size_t> queries;
    bool chosen = false;
};

class search
{
public:
    search(database::engine& reads, std::string instance, advice_request what, io::deadline until)
        : reads_(reads), instance_(std::move(instance)), what_(std::move(what)), until_(until.capped(what_.time_budget))
    {}

    std::vector<weighed_query> queries;
    index_advice found{};

    /// Proposes by rule alone.
    void guess(const std::vector<table_facts>& tables)
    {
        std::int64_t bytes = 0;
        for (std::size_t q = 0; q < queries.size(); ++q) {
            auto first = candidates(queries[q].columns, tables);
            if (first.empty() || !queries[q].left_out.empty())
                continue;
            auto create = create_text(first.front().index);
            const auto known = std::ranges::find(found.indexes, create, &advised_index::create);
            if (known != found.indexes.end()) {
                known->queries.push_back(q);
            } else if (found.indexes.size() < most_advised && bytes + first.front().bytes <= what_.size_budget_bytes) {
                bytes += first.front().bytes;
                found.indexes.push_back({.create = std::move(create), .bytes = first.front().bytes, .queries = {q}});
            }
        }
    }

    /// Fails only when nothing can be measured at all: hypopg is missing or closed.
    io::task<result<>> measure(std::vector<table_facts> tables)
    {
        before_.assign(queries.size(), 0);
        now_.assign(queries.size(), 0);
        for (std::size_t q = 0; q < queries.size() && !out_of_time(); ++q)
            if (queries[q].left_out.empty())
                CO_TRY(co_await look_at(q, tables));
        while (found.indexes.size() < most_advised && co_await choose_one())
            continue;
        co_return result<>{};
    }

    void finish()
    {
        for (std::size_t q = 0; q < queries.size(); ++q) {
            auto& query = queries[q];
            advised_query told{.query = std::string(utf8_prefix(query.text, shown_bytes)), .calls = query.calls};
            if (!query.left_out.empty())
                told.left_out = query.left_out;
            else if (q < before_.size() && before_[q] > 0) {
                told.cost_before = before_[q];
                told.cost_after = now_[q];
            }
            found.queries.push_back(std::move(told));
        }
        if (timed_out_)
            found.notes.push_back(
                fmt::format("stopped after {} s: a larger time budget may find more", what_.time_budget.count())
            );
    }

private:
    bool out_of_time()
    {
        timed_out_ |= until_.expired();
        return timed_out_;
    }

    io::task<result<reading>>
    plan(std::size_t q, std::vector<sql::index_definition> indexes, std::vector<std::string>* names)
    {
        database::query_text text{.sql = queries[q].text, .params = {}, .param_types = {}};
        const auto values = queries[q].columns.parameters == 0 ? database::parameter_values::given
                                                               : database::parameter_values::unknown;
        const auto got =
            CO_TRY(co_await reads_.imagine(instance_, std::move(text), std::move(indexes), values, until_));
        if (names != nullptr)
            *names = got.names;
        co_return read_plan(got.plan);
    }

    /// The costs of a query as it is and with all its candidates; what the plan uses goes to the pool.
    io::task<result<>> look_at(std::size_t q, const std::vector<table_facts>& tables)
    {
        auto proposed = candidates(queries[q].columns, tables);
        auto plain = co_await plan(q, {}, nullptr);
        if (!plain) {
            const auto& e = plain.error();
            // Without hypopg nothing will be measured; any other failure is of this query.
            if (e.code == condition::not_found && e.sqlstate.empty())
                co_return std::unexpected(e);
            if (e.hint.starts_with("run: grant usage on schema"))
                co_return std::unexpected(e);
            if (!out_of_time())
                queries[q].left_out = e.message;
            co_return result<>{};
        }
        before_[q] = now_[q] = plain->cost;
        if (proposed.empty())
            co_return result<>{};
        std::vector<sql::index_definition> all;
        all.reserve(proposed.size());
        for (const auto& each : proposed)
            all.push_back(each.index);
        std::vector<std::string> names;
        const auto rich = co_await plan(q, std::move(all), &names);
        if (!rich)
            co_return result<>{};
        for (std::size_t i = 0; i < proposed.size() && i < names.size(); ++i)
            if (std::ranges::find(rich->indexes, names[i]) != rich->indexes.end())
                add(std::move(proposed[i]), q);
        co_return result<>{};
    }

    void add(index_candidate candidate, std::size_t q)
    {
        const auto known = std::ranges::find(pool_, candidate.index, [](const pooled& p) { return p.what.index; });
        if (known != pool_.end())
            known->queries.push_back(q);
        else if (pool_.size() < most_pooled)
            pool_.push_back({std::move(candidate), {q}});
    }

    std::vector<sql::index_definition> chosen_and(const pooled& one) const
    {
        std::vector<sql::index_definition> out;
        for (const auto& each : pool_)
            if (each.chosen)
                out.push_back(each.what.index);
        out.push_back(one.what.index);
        return out;
    }

    /// What the queries of a candidate would cost with it and those that were chosen.
    io::task<result<std::vector<double>>> costs_with(const pooled& one)
    {
        std::vector<double> out;
        out.reserve(one.queries.size());
        for (const auto q : one.queries)
            out.push_back(CO_TRY(co_await plan(q, chosen_and(one), nullptr)).cost);
        co_return out;
    }

    /// Takes the candidate that saves most for its size; false when none is worth it.
    io::task<bool> choose_one()
    {
        pooled* best = nullptr;
        std::vector<double> best_costs;
        double best_score = 0;
        double best_share = 0;
        for (auto& one : pool_) {
            if (out_of_time())
                co_return false;
            if (one.chosen || used_ + one.what.bytes > what_.size_budget_bytes)
                continue;
            auto costs = co_await costs_with(one);
            if (!costs)
                continue;
            double saved = 0;
            double whole = 0;
            for (std::size_t i = 0; i < one.queries.size(); ++i) {
                saved += queries[one.queries[i]].weight * (now_[one.queries[i]] - (*costs)[i]);
                whole += queries[one.queries[i]].weight * now_[one.queries[i]];
            }
            const auto share = whole > 0 ? saved / whole : 0;
            const auto size = static_cast<double>(one.what.bytes) / static_cast<double>(what_.size_budget_bytes);
            if (const auto score = saved / (1 + size); share >= least_gain && score > best_score) {
                best = &one;
                best_costs = *std::move(costs);
                best_score = score;
                best_share = share;
            }
        }
        if (best == nullptr)
            co_return false;
        best->chosen = true;
        used_ += best->what.bytes;
        for (std::size_t i = 0; i < best->queries.size(); ++i)
            now_[best->queries[i]] = best_costs[i];
        found.indexes.push_back({
            .create = create_text(best->what.index),
            .bytes = best->what.bytes,
            .measured = true,
            .gain_percent = static_cast<int>(best_share * 100),
            .queries = best->queries,
        });
        co_return true;
    }

    database::engine& reads_;
    std::string instance_;
    advice_request what_;
    io::deadline until_;
    std::vector<pooled> pool_;
    std::vector<double> before_;
    std::vector<double> now_;
    std::int64_t used_ = 0;
    bool timed_out_ = false;
};

void note_tables(index_advice& into, const std::vector<table_facts>& tables)
{
    for (const auto& table : tables)
        if (table.rows < 0)
            into.notes.push_back(fmt::format(
                "{} was never analysed, so costs mean little: run analyze {}.{}",
                to_text(table.name),
                sql::quoted_identifier(table.name.schema),
                sql::quoted_identifier(table.name.name)
            ));
}

} // namespace

io::task<result<index_advice>>
advise_indexes(sources from, database::engine& reads, std::string instance, advice_request what, io::deadline until)
{
    search work(reads, instance, what, until);
    for (auto& text : what.queries)
        work.queries.push_back({.text = std::move(text), .calls = std::nullopt});
    std::vector<table_facts> tables;
    {
        const auto pools = CO_TRY(co_await from.open.of(instance));
        auto db = CO_TRY(co_await look_in(from, *pools, until));
        if (work.queries.empty())
            work.queries = CO_TRY(co_await recorded_workload(*db, until));
        read_columns(work.queries);
        tables = CO_TRY(co_await tables_of(*db, work.queries, until));
    }
    note_tables(work.found, tables);
    if (auto measured = co_await work.measure(tables); !measured) {
        const auto& e = measured.error();
        work.guess(tables);
        work.found.notes.push_back(
            fmt::format("nothing was measured, these indexes follow rules: {}; {}", e.message, e.hint)
        );
    }
    if (work.queries.empty())
        work.found.notes.emplace_back("no SELECT on tables of users has been recorded in this database yet");
    work.finish();
    co_return std::move(work.found);
}

} // namespace basekeeper::inspection
