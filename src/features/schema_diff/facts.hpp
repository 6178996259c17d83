// What a schema consists of, as values: named facts with attributes and what each depends on; without any database.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace basekeeper::schema_diff {

/// Kinds of facts, in the order in which they are created where nothing else decides.
enum class kind : std::uint8_t
{
    schema,
    extension,
    enum_type,
    composite_type,
    range_type,
    domain,
    domain_constraint,
    sequence,
    function,
    aggregate,
    table,
    column,
    column_default,
    sequence_owner, ///< ALTER SEQUENCE … OWNED BY
    constraint,
    index,
    table_attachment, ///< a partition in its table
    index_attachment, ///< a partition's index in the index of its table
    statistics,
    view,
    materialized_view,
    view_column, ///< of views: only what was said about a column, its comment and grants
    rule,
    trigger,
    policy,
    event_trigger,
    publication,
    publication_table,
    publication_schema,
    default_privileges,
};

/// `materialized view`: for sentences.
std::string_view kind_name(kind k);

/// Names a fact on both sides. All names are quoted as SQL needs them (the server did it). `part` is what lies inside
/// the named object: a column, constraint, trigger or policy; the argument types of a function.
struct identity
{
    kind what = kind::schema;
    std::string schema;
    std::string name;
    std::string part;

    auto operator<=>(const identity&) const = default;

    /// `public.orders`: the object without the part.
    std::string qualified() const;
};

/// `column public.orders.total`, `function public.area(integer)`.
std::string describe(const identity& id);

/// One property of a fact. Names that begin with `_` help to write SQL and are not compared.
struct attribute
{
    std::string name;
    std::string value;
};

/// Where in the catalogue a fact was found: class, object, column.
struct address
{
    std::uint32_t catalogue = 0;
    std::uint32_t object = 0;
    std::int32_t column = 0;

    bool operator==(const address&) const = default;
};

struct address_hash
{
    std::size_t operator()(const address& a) const noexcept;
};

using fact_number = std::uint32_t;
inline constexpr fact_number no_fact = UINT32_MAX;

struct fact
{
    identity id;
    std::vector<attribute> attributes;
    std::vector<fact_number> depends_on{}; ///< must exist before it
    std::vector<fact_number> follows{};    ///< the column or constraint it is inherited from
    fact_number inside = no_fact;          ///< goes when that one goes: the table of a column, index, policy …

    /// Empty when there is none.
    std::string_view at(std::string_view name) const;

    bool has(std::string_view name) const { return !at(name).empty(); }
};

/// One side of a comparison.
class snapshot
{
public:
    /// Adds a fact; an identity that is there already is left alone.
    fact_number add(fact f, address where = {});

    /// Lets `also` mean the fact at `where`, when there is one.
    void alias(address also, address where);

    /// Notes that the fact at `what` needs the one at `needed`; unknown addresses and facts themselves are skipped.
    void depend(address what, address needed);
    void follow(address what, address parent);

    /// Finds for each fact the one that it lies inside of, and what lies inside of each. Call once, after the last add.
    void settle();

    const std::vector<fact>& all() const { return facts_; }

    const fact& operator[](fact_number n) const { return facts_[n]; }

    fact_number find(const identity& id) const;

    /// The fact of a catalogue address; a column that is none by itself means its relation.
    fact_number find(address where) const;

    /// What lies inside a fact, in the order it was added.
    const std::vector<fact_number>& within(fact_number n) const { return within_[n]; }

    /// Who depends on a fact.
    const std::vector<fact_number>& dependents(fact_number n) const { return dependents_[n]; }

    /// Name of each role as SQL needs it, by its plain name.
    std::map<std::string, std::string, std::less<>> roles{};
    std::string login; ///< who looked, and would create
    /// `source>target` of every cast; whether an assignment makes it by itself.
    std::map<std::string, bool, std::less<>> casts{};
    int server_version = 0;
    std::vector<std::string> not_compared{}; ///< what is there that no kind covers, in words

private:
    fact_number relation_of(const fact& f) const;

    std::vector<fact> facts_;
    std::map<identity, fact_number> by_identity_;
    std::unordered_map<address, fact_number, address_hash> by_address_;
    std::vector<std::vector<fact_number>> within_;
    std::vector<std::vector<fact_number>> dependents_;
};

} // namespace basekeeper::schema_diff
