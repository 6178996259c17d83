// Compares the schema of an instance with that of another one, or with what the files of a folder make.
#pragma once

#include "features/schema_diff/extract.hpp"
#include "features/schema_diff/plan.hpp"
#include "instances/connections.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"

#include <filesystem>
#include <string>

namespace basekeeper::schema_diff {

struct diff_request
{
    std::string from; ///< the instance that the statements would change
    std::string to;   ///< the instance that it would be like; empty: `folder`
    std::filesystem::path folder{};
    schema_choice schemas{};
    destructive_steps destructive = destructive_steps::held_back;
};

/// One per program; lives on the I/O thread. Nothing is changed: statements are only written. For a folder a scratch
/// database is made on the server of `from` and dropped again, which needs a login that may create databases.
class engine
{
public:
    engine(instances::connections& open, io::executor where, io::offload_pool& threads);

    /// Fails with what opening the instances and reading their catalogues fails with; with invalid_argument that names
    /// the file when one of the folder cannot be run.
    io::task<result<plan>> diff(diff_request what, io::deadline until);

private:
    io::task<result<snapshot>> read_one(instances::pools& of, pg::pool& by, schema_choice schemas, io::deadline until);
    io::task<result<snapshot>> read(std::string instance, schema_choice schemas, io::deadline until);
    io::task<result<snapshot>> read_folder(const diff_request& what, const snapshot& base, io::deadline until);

    instances::connections& open_;
    io::executor where_;
    io::offload_pool& threads_;
};

} // namespace basekeeper::schema_diff
