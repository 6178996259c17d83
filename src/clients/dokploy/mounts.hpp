// Files that Dokploy puts beside a compose file, for containers to mount as `../files/PATH`.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"

#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// Dokploy writes an updated file through one argument of a shell: longer contents fail without a word.
inline constexpr std::size_t most_updatable_bytes = std::size_t{90} << 10U;

struct mount
{
    std::string id;
    std::string type; ///< bind, volume, file
    std::string mount_path;
    std::string file_path;
    crypto::secret<> content; ///< configuration files hold keys
    std::string host_path;
    std::string volume_name;

    static constexpr auto fields = std::tuple{
        json::required("mountId", &mount::id),
        json::optional("type", &mount::type),
        json::optional("mountPath", &mount::mount_path),
        json::optional("filePath", &mount::file_path),
        json::optional("content", &mount::content),
        json::optional("hostPath", &mount::host_path),
        json::optional("volumeName", &mount::volume_name),
    };
};

struct new_file
{
    std::string compose_id;
    std::string path; ///< below `../files/`
    crypto::secret<> content;
};

/// Writes the file at once: before the first deployment, or Docker makes a directory of that name. Fails with conflict
/// when the service has a file of that path.
io::task<result<created<mount>>> create_file(caller& on, new_file what, io::deadline until);

/// Several of one service at the price of one look: one call for each and one before. Ends with the first that fails;
/// those before it are there.
io::task<result<std::vector<created<mount>>>> create_files(caller& on, std::vector<new_file> what, io::deadline until);

/// Fails with invalid_argument above `most_updatable_bytes`. A container sees it after its restart.
io::task<result<>> update_file(caller& on, std::string mount_id, crypto::secret<> content, io::deadline until);
io::task<result<>> remove_mount(caller& on, std::string mount_id, io::deadline until);
io::task<result<mount>> read_mount(caller& on, std::string mount_id, io::deadline until);
io::task<result<std::vector<mount>>> list_mounts(caller& on, std::string compose_id, io::deadline until);

} // namespace basekeeper::dokploy
