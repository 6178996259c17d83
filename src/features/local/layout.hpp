// Where an instance lives on disk, as whom it runs, and which names are allowed.
#pragma once

#include "base/result.hpp"
#include "io/process.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::local {

/// Names are [a-z][a-z0-9-]{0,31}, so they can never leave their folder. Fails with invalid_argument.
result<> check_name(std::string_view name);

/// Who the server runs as. PostgreSQL refuses root, so root names somebody else.
struct server_account
{
    io::account who;
    bool switched; ///< we are root and become `who`
};

/// Ourselves, or for root the user `wanted` (empty: "postgres"). Blocks. Fails with not_found or invalid_argument.
result<server_account> find_server_account(const std::string& wanted);

/// The folders and files of one instance.
class layout
{
public:
    layout(const std::filesystem::path& root, std::string name) : name_(std::move(name)), home_(root / name_) {}

    const std::string& name() const { return name_; }

    const std::filesystem::path& home() const { return home_; }

    std::filesystem::path data() const { return home_ / "data"; }

    std::filesystem::path run() const { return home_ / "run"; }

    std::filesystem::path log() const { return home_ / "log"; }

    std::filesystem::path startup_log() const { return log() / "startup.log"; }

    /// The record is written last: a folder without it is half made.
    std::filesystem::path record() const { return home_ / "instance.json"; }

    std::filesystem::path server_conf() const { return home_ / "server.conf"; }

    std::filesystem::path hba_conf() const { return home_ / "hba.conf"; }

    /// Held while the instance is changed; it is never removed, because that would let two holders in.
    std::filesystem::path lock() const { return home_.parent_path() / ("." + name_ + ".lock"); }

private:
    std::string name_;
    std::filesystem::path home_;
};

/// The folder that holds all instances, made when absent: `state_dir`/local. When we are root and the server's user
/// cannot get there (a state folder under /root), it is a folder of `shared_dir` named after the state folder instead.
/// Blocks.
result<std::filesystem::path> instances_root(
    const std::filesystem::path& state_dir, const std::filesystem::path& shared_dir, const server_account& who
);

/// Makes home, data, run and log, with the owners that the server needs. Blocks. Fails with conflict when home exists.
result<> make_folders(const layout& place, const server_account& who);

enum class presence
{
    absent,
    half_made,
    made
};

/// What is there. Fails with conflict when the folder holds something that is not ours. Blocks.
result<presence> inspect(const layout& place);

/// A folder for the server's socket, short enough for a socket address: `run`, or for long paths one below
/// `runtime_dir` (XDG_RUNTIME_DIR; may be empty) or /tmp that belongs to the server's user alone. Blocks. Fails with
/// denied when somebody else owns it.
result<std::filesystem::path>
socket_folder(const layout& place, const server_account& who, const std::filesystem::path& runtime_dir);

/// Names of the instances (made or half made) below the root. Blocks.
std::vector<std::string> instance_names(const std::filesystem::path& root);

} // namespace basekeeper::local
