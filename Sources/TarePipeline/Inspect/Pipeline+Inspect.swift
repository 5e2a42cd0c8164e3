/// `tare inspect`: what a folder or file is.
internal import Foundation
package import TareCore
internal import TareEngine
internal import TareReport
internal import TareScoring
internal import TareTokenizers

package struct InspectRequest: Sendable {
  /// A folder in Hugging Face layout, a .gguf file, or the hub id of a model that was pulled.
  package var model: String
  /// The base model where `model` is an adapter.
  package var base: String?
  /// The name of one of the model's adapters.
  package var adapter: String?
  /// A file with a chat template, or the name of one of the model's own.
  package var template: String?
  /// "5" or "4": the version of transformers whose tokens its texts have.
  package var tokens = "5"

  package init(model: String) { self.model = model }
}

package struct InspectOutcome: Sendable {
  package let json: JSONValue
  /// Lines for people, at most 80 columns wide where words allow it.
  package let text: String
  /// Whether something makes scoring impossible.
  package let hasErrors: Bool

  private static let width = 80

  fileprivate init(_ inspection: ModelInspection) {
    json = inspection.json
    hasErrors = inspection.hasErrors
    let shown = inspection.facts.filter { $0.label != nil }
    let indent = (shown.compactMap { $0.label?.count }.max() ?? 0) + 2
    var lines: [String] = []
    for fact in shown {
      let label = fact.label ?? ""
      // Lines of a template are cut, not wrapped.
      let value =
        label.isEmpty
        ? fact.text.printable.truncated(toWidth: Self.width - indent) : fact.text.printable
      lines.append(Self.hanging(label, value, indent: indent))
    }
    lines.append("")
    lines.append(inspection.findings.isEmpty ? "findings: none" : "findings:")
    for severity in InspectionFinding.Severity.allCases {
      for finding in inspection.findings where finding.severity == severity {
        lines.append(Self.hanging("  \(severity.rawValue)", finding.what.printable, indent: 11))
      }
    }
    text = lines.joined(separator: "\n")
  }

  /// A label, and text beside it on as many lines as it takes.
  private static func hanging(_ label: String, _ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    let gap = String(repeating: " ", count: max(indent - label.count, 1))
    let wrapped = text.wrapped(toWidth: width - indent).replacing("\n", with: "\n" + margin)
    return label + gap + wrapped
  }
}

extension Pipeline {
  /// Describes a model; what is missing or damaged in it is a finding.
  /// - Throws: `TareError.badData` if there is no such model, `TareError.usage` if the template that
  ///   is asked for does not exist.
  package func inspect(_ request: InspectRequest) throws(TareError) -> InspectOutcome {
    let base = try request.base.map { (base) throws(TareError) in try modelURL(base) }
    var url = try modelURL(request.model)
    if let adapter = request.adapter { url = try LoRAAdapter.folder(named: adapter, in: url) }
    var inspector = ModelInspector(
      url, base: base, template: request.template,
      tokens: try choice(request.tokens, "--tokens", TokenizerRules.self))
    return InspectOutcome(try inspector.inspect())
  }
}
