// Finding rows by id or column.
#include "features/rehearsal/rows.hpp"

#include <algorithm>

namespace basekeeper::rehearsal {

std::string text_of(const row& from, std::string_view column)
{
    const auto* v = from.if_contains(column);
    return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

bool truth_of(const row& from, std::string_view column)
{
    const auto* v = from.if_contains(column);
    return v != nullptr && v->is_bool() && v->get_bool();
}

std::optional<std::int64_t> number_of(const row& from, std::string_view column)
{
    const auto* v = from.if_contains(column);
    if (v == nullptr || !v->is_number())
        return std::nullopt;
    return v->is_double() ? static_cast<std::int64_t>(v->get_double()) : v->to_number<std::int64_t>();
}

row& table::insert(row what, randomness& chance)
{
    row whole{{id_column_, chance.id()}};
    for (auto& [name, value] : what)
        whole[name] = std::move(value);
    return rows_.emplace_back(std::move(whole));
}

row* table::find(std::string_view id)
{
    const auto found = std::ranges::find_if(rows_, [&](const row& r) { return text_of(r, id_column_) == id; });
    return found == rows_.end() ? nullptr : &*found;
}

std::vector<row*> table::where(std::string_view column, std::string_view value)
{
    std::vector<row*> out;
    for (auto& one : rows_)
        if (text_of(one, column) == value)
            out.push_back(&one);
    return out;
}

std::vector<row*> table::all()
{
    std::vector<row*> out;
    out.reserve(rows_.size());
    for (auto& one : rows_)
        out.push_back(&one);
    return out;
}

std::optional<row> table::take(std::string_view id)
{
    const auto found = std::ranges::find_if(rows_, [&](const row& r) { return text_of(r, id_column_) == id; });
    if (found == rows_.end())
        return std::nullopt;
    row out = std::move(*found);
    rows_.erase(found);
    return out;
}

void table::remove_where(std::string_view column, std::string_view value)
{
    rows_.remove_if([&](const row& r) { return text_of(r, column) == value; });
}

} // namespace basekeeper::rehearsal
