/// The text of POLAR's reward models (arXiv 2507.05197), which compare a response with a reference answer.
internal import TareCore
internal import TareEngine
internal import TareTokenizers

/// Source: InternLM/POLAR, RewardModelClient._encode with its wrapper "sft".
enum PolarTemplate {
  static let name = "polar"
  /// The template variable that has the reference answer: a text, or a list of messages.
  static let variable = "reference"
  private static let middle = "<|reward|>"

  /// An InternLM2 reward model whose vocabulary has the token between the two halves.
  static func isPolar(_ config: ModelConfig, _ tokenizer: Tokenizer) -> Bool {
    let classes = config["architectures"]?.array ?? []
    return classes.contains("InternLM2ForRewardModel") && tokenizer.id(of: middle) != nil
  }

  /// Prompt and reference, then prompt and response, the contents of messages on lines of their own.
  static func source(addsBOS: Bool) -> String {
    let begin = addsBOS ? "{{- bos_token -}}" : ""
    return """
      {%- if not reference -%}
        {{- raise_exception("no reference answer: expected one in the column or template variable 'reference'") -}}
      {%- endif -%}
      {%- set ns = namespace(prompt='', reference='') -%}
      {%- for message in messages[:-1] -%}
        {%- set ns.prompt = ns.prompt + message.content + '\n' -%}
      {%- endfor -%}
      {%- if reference is string -%}
        {%- set ns.reference = reference -%}
      {%- else -%}
        {%- for message in reference -%}
          {%- set ns.reference = ns.reference + ('' if loop.first else '\n') + message.content -%}
        {%- endfor -%}
      {%- endif -%}
      \(begin)
      {{- ns.prompt + ns.reference + '\(middle)' + ns.prompt + messages[-1].content -}}
      {{- '[UNUSED_TOKEN_130]' -}}
      """
  }
}

extension TextModel {
  /// The name of the column that the model's template reads a reference answer from; nil for none.
  package var referenceVariable: String? {
    guard case .template(_, let source) = layout,
      [true, false].contains(where: { PolarTemplate.source(addsBOS: $0) == source })
    else { return nil }
    return PolarTemplate.variable
  }
}
