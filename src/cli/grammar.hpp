// What the parts of the grammar of the command line share; included by the sources of this module only.
#pragma once

#include "cli/command_line.hpp"

#include <CLI/App.hpp>

#include <map>
#include <optional>
#include <string>

namespace basekeeper::cli {

/// What CLI11 writes into while it parses.
struct draft
{
    std::string config_file;
    std::string format = "table";
    std::map<std::string, std::string> flags; // by key
    std::map<std::string, std::string> aliases;
    call_command call;
    types_command types;
    local_command local;
    instance_command instance;
    audit_command audit;
    key_command key;
    block_command block;
    diff_command diff;
    dokploy_command dokploy;
    migration_command migration;
    jobs_command jobs;
    rehearse_command rehearse;
    completion_command completion;
    std::string http;
    bool yes = false;
    bool json = false;
    bool read_only = false;
    std::optional<cli::command> chosen;
};

/// Chooses a command when its words were read: what was written into `into`, with this action.
template <class Command>
auto chooser(draft& d, Command draft::* into)
{
    return [&d, into](CLI::App* when, auto action) {
        when->callback([&d, into, action] {
            (d.*into).action = action;
            if constexpr (requires { (d.*into).agreed; })
                (d.*into).agreed = d.yes ? consent::given : consent::ask;
            d.chosen = d.*into;
        });
    };
}

/// The commands `dokploy …`.
void add_dokploy(CLI::App& app, draft& d);

} // namespace basekeeper::cli
