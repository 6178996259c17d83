// Reads and writes files of migrations.
#include "features/migrations/folder.hpp"

#include "features/migrations/plan.hpp"
#include "sql/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

namespace basekeeper::migrations {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view down_folder = "down";

result<std::string> read_text(const fs::path& file)
{
    std::error_code failed;
    const auto size = fs::file_size(file, failed);
    if (!failed && size > sql::max_script_bytes)
        return fail(
            condition::invalid_argument,
            fmt::format("{} has {} bytes, the limit is {}", file.string(), size, sql::max_script_bytes),
            "split it into several migrations"
        );
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (failed || in.bad() || !in.is_open())
        return fail(
            condition::not_found, fmt::format("{} cannot be read", file.string()), "check that it is a file of yours"
        );
    return std::string(without_mark(text));
}

result<std::vector<fs::path>> files_in(const fs::path& where)
{
    std::error_code failed;
    std::vector<fs::path> out;
    for (fs::directory_iterator at(where, failed); !failed && at != fs::directory_iterator(); at.increment(failed))
        if (std::error_code ignored; at->is_regular_file(ignored))
            out.push_back(at->path());
    if (failed)
        return fail(
            condition::not_found,
            fmt::format("the folder {} cannot be read: {}", where.string(), failed.message()),
            "basekeeper migration new NAME creates it; --dir names another"
        );
    std::ranges::sort(out);
    return out;
}

/// Scripts by version; a second of the same version is an error.
class scripts
{
public:
    result<> add(const file_name& name, const fs::path& file)
    {
        auto& place = found_[name.version];
        if (!place.second.empty())
            return fail(
                condition::conflict,
                fmt::format("{} and {} have the same version", place.second, file.filename().string()),
                "give one of them another version"
            );
        place = {TRY(read_text(file)), file.filename().string()};
        return {};
    }

    std::optional<std::string> take(const std::string& version)
    {
        const auto found = found_.find(version);
        if (found == found_.end())
            return std::nullopt;
        auto text = std::move(found->second.first);
        found_.erase(found);
        return text;
    }

    std::vector<std::string> left() const
    {
        std::vector<std::string> out;
        out.reserve(found_.size());
        for (const auto& [version, script] : found_)
            out.push_back(script.second);
        return out;
    }

private:
    std::map<std::string, std::pair<std::string, std::string>> found_; // version: text, name of the file
};

result<> write_text(const fs::path& file, std::string_view text)
{
    std::ofstream out(file, std::ios::binary | std::ios::noreplace);
    out << text;
    out.close();
    if (out)
        return {};
    return fail(
        condition::conflict,
        fmt::format("{} cannot be written", file.string()),
        "check that it does not exist and that the folder is yours"
    );
}

} // namespace

const migration_file* folder::find(std::string_view version) const
{
    const auto found = std::ranges::find(files, version, &migration_file::version);
    return found == files.end() ? nullptr : &*found;
}

result<folder> read_folder(const fs::path& where)
{
    folder out{.where = where, .files = {}};
    scripts downs;
    scripts ups;
    std::vector<file_name> names;
    for (const auto& file : TRY(files_in(where))) {
        const auto name = read_file_name(file.filename().string());
        if (!name) {
            if (file.extension() == ".sql")
                out.stray.push_back(file.filename().string());
            continue;
        }
        if (name->way == direction::down) {
            out.stray.push_back(file.filename().string());
            TRY(downs.add(*name, file));
            continue;
        }
        TRY(ups.add(*name, file));
        names.push_back(*name);
    }
    std::error_code ignored;
    if (fs::is_directory(where / down_folder, ignored))
        for (const auto& file : TRY(files_in(where / down_folder)))
            if (const auto name = read_file_name(file.filename().string()))
                TRY(downs.add(*name, file));
    for (const auto& name : names)
        out.files.push_back({name.version, name.name, *ups.take(name.version), downs.take(name.version)});
    for (const auto& left : downs.left())
        out.stray.push_back(left);
    std::ranges::sort(out.files, is_before, &migration_file::version);
    return out;
}

result<new_files> write_new(const fs::path& where, std::string_view version, std::string_view name)
{
    std::error_code failed;
    fs::create_directories(where / down_folder, failed);
    if (failed)
        return fail(
            condition::denied,
            fmt::format("the folder {} cannot be created: {}", (where / down_folder).string(), failed.message()),
            "name a folder of yours with --dir"
        );
    const auto there = TRY(read_folder(where));
    if (there.find(version) != nullptr)
        return fail(
            condition::conflict,
            fmt::format("version {} exists in {}", version, where.string()),
            "choose another with --version"
        );
    const auto file = to_file_name(version, name);
    new_files out{where / file, where / down_folder / file};
    TRY(write_text(out.up, ""));
    TRY(write_text(out.down, "-- Undoes " + file + ".\n"));
    return out;
}

} // namespace basekeeper::migrations
