// Folders are made with the narrowest mode that lets the server's user in, and never through symbolic links.
#include "features/local/layout.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;

/// sockaddr_un holds 107 bytes of path; the server adds "/.s.PGSQL." and up to five digits.
constexpr std::size_t max_socket_folder = 107 - sizeof("/.s.PGSQL.65535") + 1;

constexpr std::array<std::string_view, 7> our_entries = {
    "data", "run", "log", "instance.json", "instance.json.new", "server.conf", "hba.conf"
};

std::string reason(int number)
{
    return std::generic_category().message(number);
}

/// Whether `who` may pass through an existing folder, by owner and mode.
bool lets_through(const struct stat& folder, const io::account& who)
{
    if (folder.st_uid == who.uid)
        return (folder.st_mode & S_IXUSR) != 0;
    if (folder.st_gid == who.gid)
        return (folder.st_mode & S_IXGRP) != 0;
    return (folder.st_mode & S_IXOTH) != 0;
}

/// Folders that do not exist yet are ours to make, so they count as passable.
bool reachable(const fs::path& folder, const io::account& who)
{
    fs::path so_far;
    for (const auto& part : folder) {
        so_far /= part;
        struct stat found = {};
        if (::stat(so_far.c_str(), &found) == 0 && !lets_through(found, who))
            return false;
    }
    return true;
}

/// Makes the folder and its parents; new ones get `mode`.
result<> make_all(const fs::path& folder, mode_t mode)
{
    fs::path so_far;
    for (const auto& part : folder) {
        so_far /= part;
        if (::mkdir(so_far.c_str(), mode) == 0) {
            ::chmod(so_far.c_str(), mode); // past the umask
            continue;
        }
        struct stat found = {};
        if (::stat(so_far.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
            return fail(
                condition::denied,
                "cannot make the folder " + so_far.string() + ": " + reason(errno),
                "set state_dir to a folder that you may write"
            );
    }
    return {};
}

result<> make_one(const fs::path& folder, mode_t mode, uid_t uid, gid_t gid)
{
    if (::mkdir(folder.c_str(), 0700) != 0)
        return fail(
            errno == EEXIST ? condition::conflict : condition::denied,
            "cannot make the folder " + folder.string() + ": " + reason(errno)
        );
    if (::lchown(folder.c_str(), uid, gid) != 0 || ::chmod(folder.c_str(), mode) != 0)
        return fail(condition::denied, "cannot hand over the folder " + folder.string() + ": " + reason(errno));
    return {};
}

/// True when it is a real folder that belongs to `who` and that nobody else may enter.
bool private_to(const fs::path& folder, const io::account& who)
{
    struct stat found = {};
    return ::lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == who.uid &&
           (found.st_mode & 077U) == 0;
}

} // namespace

result<> check_name(std::string_view name)
{
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (!name.empty() && name.size() <= 32 && name.front() >= 'a' && name.front() <= 'z' &&
        std::ranges::all_of(name, allowed))
        return {};
    return fail(
        condition::invalid_argument,
        "the name of a local instance is a lower-case letter followed by up to 31 lower-case letters, digits and '-'",
        "choose a name such as dev or shop-test"
    );
}

result<server_account> find_server_account(const std::string& wanted)
{
    if (::geteuid() == 0) {
        auto who = io::find_account(wanted.empty() ? "postgres" : wanted);
        if (!who) {
            who.error().hint = "install PostgreSQL (apt install postgresql), or set BASEKEEPER_LOCAL_USER to a user "
                               "that is not root";
            return std::unexpected(std::move(who).error());
        }
        if (who->uid == 0)
            return fail(
                condition::invalid_argument,
                "PostgreSQL does not run as root",
                "set BASEKEEPER_LOCAL_USER to another user"
            );
        return server_account{*std::move(who), true};
    }
    io::account me{.name = {}, .uid = ::geteuid(), .gid = ::getegid(), .home = {}};
    if (const auto* entry = ::getpwuid(me.uid))
        me.name = entry->pw_name;
    if (!wanted.empty() && wanted != me.name)
        return fail(
            condition::denied,
            "only root can run the server as another user, " + wanted,
            "unset BASEKEEPER_LOCAL_USER, or run as root"
        );
    return server_account{std::move(me), false};
}

result<fs::path> instances_root(const fs::path& state_dir, const fs::path& shared_dir, const server_account& who)
{
    auto root = fs::absolute(state_dir).lexically_normal() / "local";
    if (who.switched && !reachable(root, who.who)) {
        const auto digest = crypto::to_hex(crypto::sha256(root.native()));
        root = shared_dir / ("local-" + digest.substr(0, 12));
    }
    TRY(make_all(root, who.switched ? 0711 : 0700));
    return fs::canonical(root);
}

result<> make_folders(const layout& place, const server_account& who)
{
    // Root keeps the folder itself, so that the server's user cannot put a link where root writes.
    TRY(make_one(place.home(), who.switched ? 0750 : 0700, ::geteuid(), who.who.gid));
    for (const auto& folder : {place.data(), place.run(), place.log()})
        TRY(make_one(folder, 0700, who.who.uid, who.who.gid));
    return {};
}

result<presence> inspect(const layout& place)
{
    struct stat found = {};
    if (::lstat(place.home().c_str(), &found) != 0)
        return presence::absent;
    const auto not_ours = [&](const std::string& why) {
        return fail(
            condition::conflict,
            place.home().string() + " is not a local instance: " + why,
            "choose another name, or move that folder away"
        );
    };
    if (!S_ISDIR(found.st_mode))
        return not_ours("it is not a folder");
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(place.home(), failed))
        if (std::ranges::find(our_entries, entry.path().filename().native()) == our_entries.end())
            return not_ours("it holds \"" + entry.path().filename().string() + "\"");
    if (failed)
        return not_ours(failed.message());
    return fs::exists(place.record(), failed) ? presence::made : presence::half_made;
}

result<fs::path> socket_folder(const layout& place, const server_account& who, const fs::path& runtime_dir)
{
    if (place.run().native().size() <= max_socket_folder)
        return place.run();
    const auto digest = crypto::to_hex(crypto::sha256(place.home().native())).substr(0, 8);
    const auto name = "basekeeper-" + std::to_string(who.who.uid) + "-" + place.name() + "-" + digest;
    const bool runtime_fits = !who.switched && !runtime_dir.empty() && private_to(runtime_dir, who.who) &&
                              (runtime_dir / name).native().size() <= max_socket_folder;
    auto folder = (runtime_fits ? runtime_dir : fs::path("/tmp")) / name;
    if (const auto made = make_one(folder, 0700, who.who.uid, who.who.gid); !made) {
        if (made.error().code != condition::conflict)
            return std::unexpected(made.error());
        if (!private_to(folder, who.who))
            return fail(
                condition::denied,
                "the socket folder " + folder.string() + " belongs to somebody else",
                "remove it, or set state_dir to a shorter path"
            );
    }
    return folder;
}

std::vector<std::string> instance_names(const fs::path& root)
{
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(root, failed))
        if (entry.is_directory(failed) && !entry.is_symlink(failed) && check_name(entry.path().filename().native()))
            names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

} // namespace basekeeper::local
