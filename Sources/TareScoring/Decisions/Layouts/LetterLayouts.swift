/// Decision models that are language models with a prompt of a package's own, read by the logits of letters.
package import TareCore

package enum LetterLayouts {
  package static let registry = Registry<any LetterLayout.Type>(
    "letter layout",
    [
      OpenDeciderLetters.self
    ]
  ) { $0 }

  /// How a folder's model is asked, and the file that says so; nil for one of no such package.
  /// - Throws: `TareError.badData` for one that cannot be read.
  static func settings(
    of folder: ModelTextFolder
  ) throws(TareError) -> (settings: DecisionSettings, file: String, content: JSONObject)? {
    for kind in registry.entries {
      guard let json = try folder.object(kind.file), kind.recognizes(json) else { continue }
      do throws(TareError) {
        return (try kind.settings(json), kind.file, json)
      } catch {
        throw error.inside(kind.file)
      }
    }
    return nil
  }
}

/// A package's prompt.
package protocol LetterLayout: Registered {
  /// The file beside the weights that names the package.
  static var file: String { get }
  static func recognizes(_ content: JSONObject) -> Bool
  /// - Throws: `TareError.badData` for settings that are not read.
  static func settings(_ content: JSONObject) throws(TareError) -> DecisionSettings
}

/// A message to a model, in its chat template.
package struct DecisionMessage: Sendable, Hashable {
  /// A Jinja template of the user message, which sees what decision templates see.
  var template: String
  var system: String?
  /// The fewest options that may be asked.
  var fewestOptions = 1
  /// Whether there must be instructions, and they must be a text.
  var needsInstructions = false

  /// - Throws: `TareError.badData` that names a question which the package does not ask.
  func check(_ question: DecisionQuestion) throws(TareError) {
    let place = "question '\(question.name)'"
    let asked = question.instructions
    if needsInstructions, asked.string?.allSatisfy(\.isWhitespace) ?? true {
      throw .badData(
        place: "\(place), 'instructions'", found: asked.string == nil ? asked.kindName : "nothing",
        accepted: "a text")
    }
    guard question.options.count >= fewestOptions else {
      throw .badData(
        place: place, found: "\(question.options.count) options",
        accepted: "at least \(fewestOptions)")
    }
  }
}
