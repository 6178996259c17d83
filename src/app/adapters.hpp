// Where modules of the same layer meet: each adapter lets one fulfil the interface that another one owns.
#pragma once

#include "features/local/credentials.hpp"
#include "instances/directory.hpp"
#include "mcp/audit.hpp"
#include "mcp/registry.hpp"
#include "state/audit_log.hpp"
#include "state/store.hpp"

#include <functional>
#include <utility>

namespace basekeeper::app {

/// The audit log as policy sees it.
class audit_adapter final : public mcp::audit_sink
{
public:
    explicit audit_adapter(state::audit_log& log) : log_(log) {}

    void record(mcp::audit_entry entry) override;

    bool healthy() const override { return log_.healthy(); }

private:
    state::audit_log& log_;
};

/// The directory of instances as policy sees it.
class catalog_adapter final : public mcp::instance_catalog
{
public:
    catalog_adapter(instances::directory& names, log::logger& log) : names_(names), log_(log) {}

    std::vector<std::string> names() const override { return names_.names(); }

    io::task<> refresh() override;

    /// Told when there are other instances than before, and with them other schemas of tools. Empty: nobody.
    void on_change(std::function<void()> tell) { on_change_ = std::move(tell); }

private:
    instances::directory& names_;
    log::logger& log_;
    std::function<void()> on_change_;
};

/// Keeps the seeds of local instances in the store.
class seed_adapter final : public local::seed_keeper
{
public:
    seed_adapter(state::store& store, io::offload_pool& threads) : store_(store), threads_(threads) {}

    io::task<result<std::optional<local::secret_text>>> load(std::string instance) override;
    io::task<result<>> save(std::string instance, local::secret_text seed) override;
    io::task<result<>> forget(std::string instance) override;

private:
    state::store& store_;
    io::offload_pool& threads_;
};

} // namespace basekeeper::app
