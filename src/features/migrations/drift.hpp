// Where the files, the history, our own records and the schema say different things.
#pragma once

#include "features/migrations/folder.hpp"
#include "features/migrations/records.hpp"
#include "json/fields.hpp"

#include <boost/describe/enum.hpp>

#include <string>
#include <vector>

namespace basekeeper::migrations {

enum class drift_kind
{
    changed_file,    ///< the file is not what was applied
    missing_file,    ///< applied, and there is no file of it
    out_of_order,    ///< not applied, and older than what is
    stray_file,      ///< a file that belongs to no migration, or that other tools take for one
    unfinished,      ///< begun and not done
    history_missing, ///< our records say applied, the history does not have it
    history_changed, ///< the history holds other statements than were applied
    missing_object   ///< made by a migration, dropped by none, and not in the database
};
BOOST_DESCRIBE_ENUM(
    drift_kind,
    changed_file,
    missing_file,
    out_of_order,
    stray_file,
    unfinished,
    history_missing,
    history_changed,
    missing_object
)

struct drift
{
    drift_kind kind = drift_kind::changed_file;
    std::string version;
    std::string detail;

    static constexpr auto fields = std::tuple{
        json::required("kind", &drift::kind),
        json::required("version", &drift::version),
        json::required("detail", &drift::detail),
    };
};

/// Between our records and the history.
std::vector<drift> drift_of_records(const records& of);

/// Between a folder and both.
std::vector<drift> drift_of_folder(const records& of, const folder& with);

/// True when a file is what was applied as its version; also when another tool applied it, by its statements.
bool is_what_was_applied(const migration_file& file, const records& of);

} // namespace basekeeper::migrations
