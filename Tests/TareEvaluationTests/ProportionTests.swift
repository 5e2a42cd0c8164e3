/// Wilson's interval and McNemar's test against statsmodels.
import TareEvaluation
import TareTesting
import Testing

@Suite struct ProportionTests {
  /// A dozen operations on numbers around 1: a few units of the last digit, 1e-15.
  @Test func `Wilson's interval equals that of statsmodels`() throws {
    let rows = try plainCSV(fixture("wilson.csv"))
    #expect(rows.count == 10)
    for row in rows {
      let interval = Proportion.wilson(Int(row.number("correct")), of: Int(row.number("n")))
      #expect(abs(interval.lowerBound - row.number("low")) < 1e-14, "\(row)")
      #expect(abs(interval.upperBound - row.number("high")) < 1e-14, "\(row)")
    }
  }

  /// Three roundings for each of up to 5,000 factors: 5,000 · 3 · 1.1e-16 at worst.
  @Test func `McNemar's exact test equals that of statsmodels`() throws {
    let rows = try plainCSV(fixture("mcnemar.csv"))
    #expect(rows.count == 10)
    for row in rows {
      let p = Proportion.mcNemar(gained: Int(row.number("gained")), lost: Int(row.number("lost")))
      #expect(abs(p - row.number("p")) <= 2e-12 * row.number("p"), "\(row), here \(p)")
    }
  }

  @Test func `McNemar's test treats gains and losses alike`() {
    #expect(Proportion.mcNemar(gained: 4, lost: 19) == Proportion.mcNemar(gained: 19, lost: 4))
    #expect(Proportion.mcNemar(gained: 0, lost: 100_000) == 0)
  }
}
