// Fixed text in four shapes; clients of Supabase rely on these names.
#include "features/types/typescript_accessors.hpp"

#include <fmt/format.h>

#include <string_view>

namespace basekeeper::types {
namespace {

constexpr std::string_view defaults = R"(
type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]
)";

constexpr std::string_view rows = R"(
export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] &
        DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] &
        DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never
)";

/// {0}: Insert or Update, {1}: its first letter.
constexpr std::string_view writes = R"(
export type Tables{0}<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | {{ schema: keyof DatabaseWithoutInternals }},
  TableName extends (DefaultSchemaTableNameOrOptions extends {{
    schema: keyof DatabaseWithoutInternals
  }}
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {{
  schema: keyof DatabaseWithoutInternals
}}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {{
      {0}: infer {1}
    }}
    ? {1}
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {{
        {0}: infer {1}
      }}
      ? {1}
      : never
    : never
)";

/// {0}: the group, {1}: who chooses, {2}: what is chosen.
constexpr std::string_view named_types = R"(
export type {0}<
  {1}NameOrOptions extends
    | keyof DefaultSchema["{0}"]
    | {{ schema: keyof DatabaseWithoutInternals }},
  {2} extends ({1}NameOrOptions extends {{
    schema: keyof DatabaseWithoutInternals
  }}
    ? keyof DatabaseWithoutInternals[{1}NameOrOptions["schema"]]["{0}"]
    : never) = never,
> = {1}NameOrOptions extends {{
  schema: keyof DatabaseWithoutInternals
}}
  ? DatabaseWithoutInternals[{1}NameOrOptions["schema"]]["{0}"][{2}]
  : {1}NameOrOptions extends keyof DefaultSchema["{0}"]
    ? DefaultSchema["{0}"][{1}NameOrOptions]
    : never
)";

} // namespace

std::string typescript_accessors()
{
    std::string out(defaults);
    out += rows;
    out += fmt::format(writes, "Insert", "I");
    out += fmt::format(writes, "Update", "U");
    out += fmt::format(named_types, "Enums", "DefaultSchemaEnum", "EnumName");
    out += fmt::format(named_types, "CompositeTypes", "PublicCompositeType", "CompositeTypeName");
    return out;
}

} // namespace basekeeper::types
