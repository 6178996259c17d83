// Compares by checksum, and by statements where another tool has applied a migration.
#include "features/migrations/drift.hpp"

#include "features/migrations/plan.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations {

std::vector<drift> drift_of_records(const records& of)
{
    std::vector<drift> out;
    for (const auto& [version, own] : of.own) {
        const auto in_history = of.history.find(version);
        if (own.state != state_applied) {
            out.push_back(
                {drift_kind::unfinished,
                 version,
                 fmt::format(
                     "{} stopped after {} of {} statements",
                     own.state == state_reverting ? "its undoing" : "it",
                     own.done,
                     own.statements
                 )}
            );
        } else if (in_history == of.history.end()) {
            out.push_back({drift_kind::history_missing, version, "it was applied and its row in the history is gone"});
        } else if (in_history->second.digest != own.digest) {
            out.push_back(
                {drift_kind::history_changed, version, "its row in the history holds other statements than were applied"
                }
            );
        }
    }
    return out;
}

bool is_what_was_applied(const migration_file& file, const records& of)
{
    const auto own = of.own.find(file.version);
    if (own != of.own.end() && own->second.checksum == checksum(file.text))
        return true;
    const auto row = of.history.find(file.version);
    if (row == of.history.end())
        return false;
    // Another tool applied it, or ours did and only comments behind the last statement have changed since.
    if (row->second.digest.empty())
        return own == of.own.end();
    const auto read = make_plan(file.text);
    return read && digest_of(read->statement_texts()) == row->second.digest;
}

std::vector<drift> drift_of_folder(const records& of, const folder& with)
{
    std::vector<drift> out;
    const auto newest = of.newest();
    for (const auto& file : with.files) {
        if (!of.history.contains(file.version)) {
            if (newest && is_before(file.version, *newest))
                out.push_back({drift_kind::out_of_order, file.version, fmt::format("not applied, while {} is", *newest)}
                );
        } else if (!is_what_was_applied(file, of)) {
            out.push_back({drift_kind::changed_file, file.version, "the file is not what was applied"});
        }
    }
    for (const auto& [version, row] : of.history)
        if (with.find(version) == nullptr)
            out.push_back(
                {drift_kind::missing_file, version, fmt::format("\"{}\" is applied and has no file", row.name)}
            );
    for (const auto& name : with.stray)
        out.push_back(
            {drift_kind::stray_file,
             "",
             read_file_name(name) ? fmt::format("{} belongs into the folder down, or to no migration", name)
                                  : fmt::format("{} is not named <version>_<name>.sql", name)}
        );
    return out;
}

} // namespace basekeeper::migrations
