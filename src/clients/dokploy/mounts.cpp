// mounts.* of the API, for compose services.
#include "clients/dokploy/mounts.hpp"

#include <fmt/format.h>

namespace basekeeper::dokploy {
namespace {

struct file_request
{
    std::string type = "file";
    std::string mount_path; // ignored for compose, but must not be empty
    std::string service_id;
    std::string service_type = "compose"; // or it is taken for an application
    std::string file_path;
    crypto::secret<> content;

    static constexpr auto fields = std::tuple{
        json::required("type", &file_request::type),
        json::required("mountPath", &file_request::mount_path),
        json::required("serviceId", &file_request::service_id),
        json::required("serviceType", &file_request::service_type),
        json::required("filePath", &file_request::file_path),
        json::required("content", &file_request::content),
    };
};

struct file_update
{
    std::string id;
    crypto::secret<> content;

    static constexpr auto fields = std::tuple{
        json::required("mountId", &file_update::id),
        json::required("content", &file_update::content),
    };
};

io::task<result<std::vector<std::string>>>
mounts_of_path(caller& on, std::string compose_id, std::string path, io::deadline until)
{
    std::vector<std::string> out;
    for (auto& one : CO_TRY(co_await list_mounts(on, std::move(compose_id), until)))
        if (one.file_path == path)
            out.push_back(std::move(one.id));
    co_return out;
}

io::task<result<created<mount>>>
create_after_look(caller& on, new_file what, std::vector<std::string> before, io::deadline until)
{
    const file_request body{
        .mount_path = what.path,
        .service_id = what.compose_id,
        .file_path = what.path,
        .content = std::move(what.content)
    };
    creation how{
        .what = mutation("mounts.create", body),
        .look = [&on, id = what.compose_id, path = what.path, until] { return mounts_of_path(on, id, path, until); },
        .named = fmt::format("a file \"{}\" of the service", what.path),
        .before = std::move(before)
    };
    auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return co_await finish_creation<mount>(std::move(made), "mounts.create", [&on, until](std::string id) {
        return read_mount(on, std::move(id), until);
    });
}

} // namespace

io::task<result<created<mount>>> create_file(caller& on, new_file what, io::deadline until)
{
    auto before = CO_TRY(co_await mounts_of_path(on, what.compose_id, what.path, until));
    co_return co_await create_after_look(on, std::move(what), std::move(before), until);
}

io::task<result<std::vector<created<mount>>>> create_files(caller& on, std::vector<new_file> what, io::deadline until)
{
    std::vector<created<mount>> out;
    if (what.empty())
        co_return out;
    const auto there = CO_TRY(co_await list_mounts(on, what.front().compose_id, until));
    for (auto& file : what) {
        std::vector<std::string> before;
        for (const auto& one : there)
            if (one.file_path == file.path)
                before.push_back(one.id);
        out.push_back(CO_TRY(co_await create_after_look(on, std::move(file), std::move(before), until)));
    }
    co_return out;
}

io::task<result<>> update_file(caller& on, std::string mount_id, crypto::secret<> content, io::deadline until)
{
    if (content.reveal().size() > most_updatable_bytes)
        co_return fail(
            condition::invalid_argument,
            fmt::format("a mounted file of more than {} kB cannot be updated by Dokploy", most_updatable_bytes >> 10U),
            "make it smaller, or remove the file and create it again"
        );
    const file_update body{.id = std::move(mount_id), .content = std::move(content)};
    co_return co_await carry_out(on, mutation("mounts.update", body), until);
}

io::task<result<>> remove_mount(caller& on, std::string mount_id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("mounts.remove", "mountId", mount_id), until);
}

io::task<result<mount>> read_mount(caller& on, std::string mount_id, io::deadline until)
{
    co_return co_await fetch_row<mount>(on, query("mounts.one", {{"mountId", mount_id}}), until);
}

io::task<result<std::vector<mount>>> list_mounts(caller& on, std::string compose_id, io::deadline until)
{
    auto what = query("mounts.listByServiceId", {{"serviceType", "compose"}, {"serviceId", compose_id}});
    co_return co_await fetch_rows<mount>(on, std::move(what), until);
}

} // namespace basekeeper::dokploy
