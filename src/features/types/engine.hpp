// The engine of type generation: the catalogue of an instance becomes a source file.
#pragma once

#include "features/types/generators.hpp"
#include "instances/connections.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"

#include <string>
#include <vector>

namespace basekeeper::types {

struct request
{
    std::vector<std::string> schemas{"public"};
    language into = language::typescript;
};

/// One per server; lives on the I/O thread. Opens the instance at first use and fails with its errors.
class engine
{
public:
    engine(instances::connections& open, io::offload_pool& threads, std::size_t most_bytes)
        : open_(open), threads_(threads), most_bytes_(most_bytes)
    {}

    /// The source file, equal to what `@supabase/postgres-meta` generates for the same login. Reads the catalogue only.
    /// Fails with invalid_argument without a schema or when the text is too long, with not_found for a schema that is
    /// not there.
    io::task<result<std::string>> generate(std::string instance, request what, io::deadline until);

private:
    instances::connections& open_;
    io::offload_pool& threads_;
    std::size_t most_bytes_;
};

} // namespace basekeeper::types
