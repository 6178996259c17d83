// A database that lives for one comparison: what the platform gives, then the files of a folder; included by the
// sources of this module only.
#pragma once

#include "features/schema_diff/extract.hpp"
#include "io/runtime.hpp"
#include "pg/connection.hpp"
#include "pg/target.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::schema_diff {

class scratch_database
{
public:
    /// `maintenance` is a session of the same server; it must outlive the object.
    scratch_database(pg::connection& maintenance, pg::target server, io::executor where, io::offload_pool& threads);

    /// Drops scratch databases of more than an hour ago that nobody is connected to: their run was killed. Fails with
    /// denied when the login may not create databases.
    io::task<result<>> create(io::deadline until);

    /// Gives it the extensions, platform schemas and default privileges of `base` as far as the login may, runs the
    /// `*.sql` files of `folder` in order of name (those that end in `.down.sql` are left out), and reads it.
    io::task<result<snapshot>> fill_and_read(
        const snapshot& base, const std::filesystem::path& folder, const schema_choice& schemas, io::deadline until
    );

    io::task<result<>> drop(io::deadline until);

private:
    io::task<result<>> prepare(const snapshot& base, io::deadline until);
    io::task<result<>> drop_forgotten(io::deadline until);
    io::task<result<>> run_file(std::string_view text, io::deadline until);
    io::task<result<>> run_files(const std::filesystem::path& folder, io::deadline until);

    pg::connection& maintenance_;
    pg::target server_;
    io::executor where_;
    io::offload_pool& threads_;
    std::string name_;
    std::optional<pg::connection> inside_;
};

} // namespace basekeeper::schema_diff
