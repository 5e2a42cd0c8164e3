/// What a condition found, in words.
package import TareEvaluation

extension ConditionCheck {
  /// The numbers that it looked at.
  package var text: String {
    let name =
      switch condition.metric {
      case .overall: "overall"
      case .named(let name): "\"\(name)\""
      }
    guard let base else { return "\(name) is \(value.percent), 95% interval \(interval.percent)" }
    return "\(name) is \(value.percent), base \(base.percent), difference "
      + "\((value - base).signedPercent), 95% interval \(interval.signedPercent)"
  }
}
