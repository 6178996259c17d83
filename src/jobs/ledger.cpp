// What is encrypted with a job, as one text.
#include "jobs/ledger.hpp"

#include "crypto/secret.hpp"
#include "json/text.hpp"

#include <span>
#include <utility>

namespace basekeeper::jobs {
namespace {

crypto::secret<> seal(const sealed_part& with)
{
    std::string out = "{\"arguments\":";
    json::write_value(out, with.arguments);
    out += ",\"notes\":";
    json::write_value(out, with.notes);
    out += ",\"secrets\":{";
    for (const auto& [name, value] : with.secrets) {
        if (out.back() != '{')
            out += ',';
        json::write_string(out, name);
        out += ':';
        json::write_string(out, value.reveal());
    }
    out += "}}";
    return crypto::secret<>(std::move(out));
}

result<sealed_part> unseal(const crypto::secret<>& text)
{
    auto read = TRY(json::read(text.reveal()));
    const auto part = [&](std::string_view name) -> boost::json::object* {
        auto* whole = read.if_object();
        auto* found = whole == nullptr ? nullptr : whole->if_contains(name);
        return found == nullptr ? nullptr : found->if_object();
    };
    auto* arguments = part("arguments");
    auto* notes = part("notes");
    auto* secrets = part("secrets");
    if (arguments == nullptr || notes == nullptr || secrets == nullptr)
        return fail(
            condition::internal, "reading a job: its notes are damaged", "restore the state folder from a backup"
        );
    sealed_part out{.arguments = std::move(*arguments), .notes = std::move(*notes), .secrets = {}};
    for (auto& [key, value] : *secrets)
        if (value.is_string()) {
            out.secrets.emplace(key, crypto::secret<>(std::string(value.get_string())));
            auto& wiped = value.get_string();
            crypto::wipe(std::as_writable_bytes(std::span(wiped.data(), wiped.size())));
        }
    return out;
}

} // namespace

ledger::ledger(io::offload_pool& pool, std::filesystem::path dir, state::master_key_source key, const clock& time)
    : table_(pool, std::move(dir), std::move(key), time)
{}

io::task<result<state::job_record>> ledger::add(state::job_record record, const sealed_part& with)
{
    co_return co_await table_.with([record = std::move(record), notes = seal(with)](auto& t) {
        return t.add(record, notes);
    });
}

io::task<result<bool>> ledger::save(const state::job_record& record, const sealed_part* with)
{
    if (with == nullptr)
        co_return co_await table_.with([record](auto& t) { return t.save(record, nullptr); });
    co_return co_await table_.with([record, notes = seal(*with)](auto& t) { return t.save(record, &notes); });
}

io::task<result<state::job_record>> ledger::get(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.get(id); });
}

io::task<result<sealed_part>> ledger::open_notes(std::string id)
{
    const auto text = CO_TRY(co_await table_.with([id = std::move(id)](auto& t) { return t.notes(id); }));
    co_return unseal(text);
}

io::task<result<std::vector<state::job_record>>> ledger::list(state::job_filter filter)
{
    co_return co_await table_.with([filter = std::move(filter)](auto& t) { return t.list(filter); });
}

io::task<result<>> ledger::ask_to_cancel(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.ask_to_cancel(id); });
}

io::task<result<>> ledger::withdraw_cancel(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.withdraw_cancel(id); });
}

io::task<result<state::job_claim>> ledger::claim(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.claim(id); });
}

io::task<result<bool>> ledger::is_claimed(std::string id)
{
    co_return co_await table_.with([id = std::move(id)](auto& t) { return t.is_claimed(id); });
}

io::task<result<std::uint64_t>> ledger::remove_before(wall_time t)
{
    co_return co_await table_.with([t](auto& table) { return table.remove_before(t); });
}

} // namespace basekeeper::jobs
