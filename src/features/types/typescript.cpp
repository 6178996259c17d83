// TypeScript as Prettier formats it: one `Database` type, accessors to its parts, and the enums as constants.
#include "features/types/generators.hpp"
#include "features/types/order.hpp"
#include "features/types/typescript_accessors.hpp"
#include "features/types/typescript_functions.hpp"
#include "features/types/typescript_type.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace basekeeper::types {
namespace {

using kind = typescript_type::kind;

constexpr std::size_t step = 2;

constexpr std::string_view json_type = R"(export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

)";

/// Writes lines; what is open decides their indentation.
class writer
{
public:
    /// `name: {` … `}`, where the members that `body` writes stand.
    template <class Body>
    void block(std::string_view name, Body body, std::string_view after = {})
    {
        line(std::string(name) + ": {");
        indentation_ += step;
        body();
        indentation_ -= step;
        line("}" + std::string(after));
    }

    void line(std::string_view words) { out_.append(indentation_, ' ').append(words) += '\n'; }

    void member(const document& what)
    {
        out_.append(indentation_, ' ');
        lay_out(out_, what, indentation_);
        out_ += '\n';
    }

    void member(const typescript_member& what) { member(to_document(what)); }

    void members(std::string_view name, const std::vector<typescript_member>& all)
    {
        if (all.empty())
            return line(std::string(name) + ": {}");
        block(name, [&] {
            for (const auto& one : all)
                member(one);
        });
    }

    void append(std::string_view text) { out_ += text; }

    void indent() { indentation_ += step; }

    void dedent() { indentation_ -= step; }

    std::string take() && { return std::move(out_); }

private:
    std::string out_;
    std::size_t indentation_ = 0;
};

enum class operation
{
    insert,
    update
};

/// What may be given for a row of a table.
std::vector<typescript_member> table_input(const type_index& index, const relation& of, operation what)
{
    auto members = row_members(index, of);
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto& c = of.columns[i];
        members[i].may_be_absent = c.computed || what == operation::update || c.nullable || c.identity || c.has_default;
        if (c.computed)
            members[i].type = plain_type("never");
    }
    return members;
}

std::vector<typescript_member> view_input(const type_index& index, const relation& of)
{
    std::vector<typescript_member> members;
    members.reserve(of.columns.size());
    for (const auto& c : of.columns)
        members.push_back({
            .name = c.name,
            .type = c.writable ? with_nullness(type_of(index, c.type, c.type_schema), nullness::nullable)
                               : plain_type("never"),
            .may_be_absent = true,
        });
    return members;
}

document columns_document(std::string_view name, const std::optional<std::vector<std::string>>& columns)
{
    return sequence({text(std::string(name) + ": "), columns ? list_of_strings(*columns) : text("null")});
}

/// The type file of one catalogue, section by section.
class typescript_file
{
public:
    explicit typescript_file(const catalogue& what) : what_(what), index_(what), functions_(callable_functions(index_))
    {}

    std::string write() &&
    {
        out_.append(json_type);
        out_.line("export type Database = {");
        out_.indent();
        for (const auto& schema : what_.schemas)
            out_.block(member_name(schema), [&] { write_schema(schema); });
        out_.dedent();
        out_.line("}");
        out_.append(typescript_accessors());
        write_constants();
        return std::move(out_).take();
    }

private:
    /// `name: { … }`, or what stands for nothing in it.
    template <class Items, class Write>
    void section(std::string_view name, const Items& items, Write write)
    {
        out_.block(name, [&] {
            if (items.empty())
                out_.line("[_ in never]: never");
            for (const auto& item : items)
                write(item);
        });
    }

    std::vector<const relation*> relations(std::string_view schema, relation_kind one, relation_kind other) const
    {
        std::vector<const relation*> out;
        for (const auto& r : what_.relations)
            if (r.schema == schema && (r.kind == one || r.kind == other))
                out.push_back(&r);
        return out;
    }

    std::vector<const type*> types(std::string_view schema, bool (*wanted)(const type&)) const
    {
        std::vector<const type*> out;
        for (const auto& t : what_.types)
            if (t.schema == schema && wanted(t))
                out.push_back(&t);
        return out;
    }

    std::vector<const type*> enums(std::string_view schema) const
    {
        return types(schema, [](const type& t) { return !t.labels.empty(); });
    }

    void write_schema(const std::string& schema)
    {
        section("Tables", relations(schema, relation_kind::table, relation_kind::foreign_table), [&](auto* r) {
            write_relation(*r);
        });
        section("Views", relations(schema, relation_kind::view, relation_kind::materialized_view), [&](auto* r) {
            write_relation(*r);
        });
        section("Functions", overloads(schema), [&](const auto& same) {
            out_.member({.name = same.front()->what->name, .type = signatures(index_, same)});
        });
        section("Enums", enums(schema), [&](const type* t) { out_.member({.name = t->name, .type = labels_of(*t)}); });
        section("CompositeTypes", types(schema, [](const type& t) { return !t.attributes.empty(); }), [&](auto* t) {
            std::vector<typescript_member> members;
            members.reserve(t->attributes.size());
            for (const auto& a : t->attributes)
                members.push_back({.name = a.name, .type = with_nullness(type_of(index_, a.type), nullness::nullable)});
            out_.members(member_name(t->name), members);
        });
    }

    static typescript_type labels_of(const type& t)
    {
        typescript_type out{.is = kind::any_of};
        for (const auto& label : t.labels)
            out.items.push_back(plain_type(quoted(label)));
        return out.items.size() == 1 ? std::move(out.items.front()) : out;
    }

    void write_relation(const relation& r)
    {
        const bool is_table = r.kind == relation_kind::table || r.kind == relation_kind::foreign_table;
        out_.block(member_name(r.name), [&] {
            auto row = row_members(index_, r);
            for (const auto& f : functions_)
                if (f.what->schema == r.schema && is_computed_field(index_, f, r))
                    row.push_back({
                        .name = f.what->name,
                        .type = with_nullness(return_type(index_, *f.what), nullness::nullable),
                    });
            out_.members("Row", row);
            if (is_table) {
                out_.members("Insert", table_input(index_, r, operation::insert));
                out_.members("Update", table_input(index_, r, operation::update));
            } else {
                if (r.takes_inserts)
                    out_.members("Insert", view_input(index_, r));
                if (r.takes_updates)
                    out_.members("Update", view_input(index_, r));
            }
            write_relationships(r);
        });
    }

    void write_relationships(const relation& r)
    {
        if (r.relationships.empty())
            return out_.line("Relationships: []");
        out_.line("Relationships: [");
        out_.indent();
        for (const auto& k : r.relationships) {
            out_.line("{");
            out_.indent();
            out_.line("foreignKeyName: " + quoted(k.foreign_key));
            out_.member(columns_document("columns", k.columns));
            out_.line(k.one_to_one ? "isOneToOne: true" : "isOneToOne: false");
            out_.line("referencedRelation: " + quoted(k.referenced_relation));
            out_.member(columns_document("referencedColumns", k.referenced_columns));
            out_.dedent();
            out_.line("},");
        }
        out_.dedent();
        out_.line("]");
    }

    /// The place of a name that JavaScript takes for an index: objects list these first, in order of number.
    static std::optional<std::uint32_t> array_index(std::string_view name)
    {
        std::uint32_t n = 0;
        const auto* end = name.data() + name.size();
        const auto read = std::from_chars(name.data(), name.data() + name.size(), n);
        const bool canonical = read.ec == std::errc{} && read.ptr == end && (name.size() == 1 || name[0] != '0');
        return canonical && n != UINT32_MAX ? std::optional(n) : std::nullopt;
    }

    std::vector<std::vector<const callable*>> overloads(std::string_view schema) const
    {
        std::vector<std::vector<const callable*>> named;
        std::map<std::uint32_t, std::vector<const callable*>> numbered;
        for (const auto& f : functions_) {
            if (f.what->schema != schema)
                continue;
            if (const auto place = array_index(f.what->name))
                numbered[*place].push_back(&f);
            else if (!named.empty() && named.back().front()->what->name == f.what->name)
                named.back().push_back(&f);
            else
                named.push_back({&f});
        }
        std::vector<std::vector<const callable*>> out;
        out.reserve(numbered.size());
        for (auto& [place, same] : numbered)
            out.push_back(std::move(same));
        std::ranges::move(named, std::back_inserter(out));
        return out;
    }

    void write_constants()
    {
        out_.append("\nexport const Constants = {\n");
        out_.indent();
        for (const auto& schema : what_.schemas)
            out_.block(member_name(schema), [&] { write_labels(enums(schema)); }, ",");
        out_.dedent();
        out_.line("} as const");
    }

    void write_labels(const std::vector<const type*>& all)
    {
        if (all.empty())
            return out_.line("Enums: {},");
        out_.block(
            "Enums",
            [&] {
                for (const auto* t : all)
                    out_.member(sequence({text(member_name(t->name) + ": "), list_of_strings(t->labels), text(",")}));
            },
            ","
        );
    }

    const catalogue& what_;
    type_index index_;
    std::vector<callable> functions_;
    writer out_;
};

} // namespace

std::string to_typescript(const catalogue& what)
{
    return typescript_file(what).write();
}

} // namespace basekeeper::types
