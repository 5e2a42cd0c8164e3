/// OpenDecider's language models (small, small-td, medium-td, large-td): options under letters.
package import TareCore

/// A system sentence, and a user message of the state, the question and the options under letters. The
/// package reads the names of more than 26 options one by one, which is an error here.
///
/// Source: opendecider 0.9.0 (Apache-2.0): opendecider/small.py, mlx_small.py, prompt.py, questions.py.
package enum OpenDeciderLetters: LetterLayout {
  package static let key = "opendecider-small"
  package static let summary = "opendecider.json of kind small: letters of a language model"
  package static let file = "opendecider.json"

  package static func recognizes(_ content: JSONObject) -> Bool {
    ["small", "small-mlx"].contains(content["kind"]?.string)
  }

  package static func settings(_ content: JSONObject) throws(TareError) -> DecisionSettings {
    if let base = content["mlx_base"], base != .null {
      throw .badData(
        place: "'mlx_base'", found: base.text(),
        accepted: "null: adapters of MLX are not read; merge this one into its base")
    }
    var settings = DecisionSettings()
    // Letters for yes and no, too.
    settings.labels[.noul] = ["A", "B"]
    settings.message = DecisionMessage(
      template: message, system: "You make one decision for a software system.",
      fewestOptions: 2, needsInstructions: true)
    return settings
  }

  private static let message = #"""
    {%- set named = {"true": "yes", "false": "no"} -%}
    {%- set usual = {"true": "Yes", "false": "No"} -%}
    {{- "Input:\n" ~ (state if state is string else state|tojson(indent=1)) -}}
    {{- "\n\nQuestion: " ~ question.instructions ~ "\n\nOptions:" -}}
    {%- for option in question.options -%}
      {%- set about = question.descriptions[loop.index0] -%}
      {%- set isNoul = question.type == "noul" -%}
      {%- set name = named[option] if isNoul else option -%}
      {%- set about = usual[option] if isNoul and about is none else about -%}
      {{- "\n" ~ question.labels[loop.index0] ~ ") " ~ name -}}
      {{- ": " ~ about|string if about and about != name else "" -}}
    {%- endfor -%}
    {{- "\n\nAnswer with the letter of the correct option only." -}}
    """#
}
