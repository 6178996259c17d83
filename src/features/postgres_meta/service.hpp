// SQL through the API gateway: the carrier for instances that have a service role key but no database connection.
#pragma once

#include "features/database/carrier.hpp"
#include "http/client.hpp"
#include "instances/directory.hpp"

namespace basekeeper::postgres_meta {

/// POST /pg/query with the service role key. Lives on the I/O thread; `close()` before destruction.
class service final : public database::carrier
{
public:
    service(instances::directory& names, io::executor where, io::offload_pool& threads)
        : names_(names), client_(std::move(where), threads)
    {}

    bool serves(const std::string& instance) const override;

    io::task<result<pg::statement_result>>
    run(std::string instance, database::carried_statement what, pg::caps keep, io::deadline until) override;

    /// Finds out whether the way works.
    io::task<result<>> ask(std::string instance, io::deadline until);

    io::task<result<>> close(io::deadline until) { return client_.close(until); }

private:
    instances::directory& names_;
    http::client client_;
};

} // namespace basekeeper::postgres_meta
