/// What the order of a table's rows means to a method.
internal import TareNumerics

package enum RowOrder: Sendable {
  /// It decides bits, or more: the rows are put in an order that depends on what they hold alone.
  case canonical
  /// It decides nothing, so nothing is put in order, which can take longer than the fit.
  case irrelevant
  /// It decides as it does in the program whose rules are followed.
  case asGiven
}

extension Lowess.Rules {
  /// Of a method that computes more than curves.
  var rowOrder: RowOrder { self == .tare ? .canonical : .asGiven }
}
