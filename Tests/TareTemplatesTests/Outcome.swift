/// What rendering came to, so that texts and errors can be expected alike.
import TareCore
import TareTemplates

enum Outcome: Equatable {
  case text(String)
  /// The template refused the conversation with this message.
  case refusal(String)
  case failure(TareError)

  init(_ render: () throws(TareError) -> String) {
    do throws(TareError) {
      self = .text(try render())
    } catch {
      if error.isTemplateRefusal, case .badData(_, let message, _) = error {
        self = .refusal(message)
      } else {
        self = .failure(error)
      }
    }
  }

  /// Compares texts by scalars: Swift takes canonically equivalent ones as equal.
  static func == (left: Outcome, right: Outcome) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)), (.refusal(let a), .refusal(let b)):
      a.unicodeScalars.elementsEqual(b.unicodeScalars)
    case (.failure(let a), .failure(let b)): a == b
    default: false
    }
  }
}
