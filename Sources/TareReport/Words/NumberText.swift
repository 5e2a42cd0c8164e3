/// Numbers as people read them: the same digits in the terminal and on the page.
internal import Foundation

extension Double {
  /// With so many decimals, thousands set apart from 10,000 on, the minus sign U+2212, and no minus
  /// before 0.
  package func fixed(_ decimals: Int) -> String {
    guard isFinite else { return isNaN ? "–" : self < 0 ? "−∞" : "∞" }
    let digits = String(format: "%.\(decimals)f", magnitude)
    let isZero = digits.allSatisfy { $0 == "0" || $0 == "." }
    return (self < 0 && !isZero ? "−" : "") + digits.withThousandsApart
  }

  /// With so many significant digits.
  package func significant(_ count: Int) -> String {
    guard isFinite else { return fixed(0) }
    return (self < 0 ? "−" : "") + String(format: "%.\(count)g", magnitude)
  }

  /// Three significant digits, and all digits before the decimal point.
  var magnitude3: String { (100..<1e9).contains(abs(self)) ? fixed(0) : significant(3) }

  /// How many times as much: two decimals, fewer from 10 on.
  var times: String {
    switch self {
    case 0: "0"
    case ..<0.005: "<0.01"
    case ..<9.995: fixed(2)
    default: fixed(1)
    }
  }

  /// Per cent with one decimal, without the sign.
  package var percent: String { (100 * self).fixed(1) }

  /// Points of a per cent with one decimal and always a sign, none before 0.
  package var signedPercent: String {
    let text = percent
    return self > 0 && text != "0.0" ? "+" + text : text
  }
}

extension Int {
  package var text: String { Double(self).fixed(0) }
}

extension String {
  fileprivate var withThousandsApart: String {
    let whole = prefix { $0 != "." }
    guard whole.count > 4 else { return self }
    var grouped = ""
    for (place, digit) in whole.enumerated() {
      if place > 0, (whole.count - place).isMultiple(of: 3) { grouped.append(",") }
      grouped.append(digit)
    }
    return grouped + dropFirst(whole.count)
  }
}

extension ClosedRange<Double> {
  /// "67.0–78.1".
  package var percent: String { "\(lowerBound.percent)–\(upperBound.percent)" }

  /// "−1.2 to +2.9".
  package var signedPercent: String {
    "\(lowerBound.signedPercent) to \(upperBound.signedPercent)"
  }
}

/// "p = 0.77", "p = 0.049", "p < 0.001", "p = 1".
///
/// Never rounded to 0 or 1.
package func pValueText(_ p: Double) -> String {
  switch p {
  case 1...: "p = 1"
  case 0.995...: "p > 0.99"
  case ..<0.001: "p < 0.001"
  case ..<0.1: "p = \(p.fixed(3))"
  default: "p = \(p.fixed(2))"
  }
}

extension Double {
  /// A coordinate of a drawing: at most one decimal, a plain minus sign.
  var svg: String {
    let tenths = (self * 10).rounded()
    guard tenths.isFinite, abs(tenths) < 1e9 else { return "0" }
    let whole = Int(tenths)
    return whole.isMultiple(of: 10) ? String(whole / 10) : String(Double(whole) / 10)
  }
}
