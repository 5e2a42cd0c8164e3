/// The settings of a fit that do not depend on the method.

/// The settings that every method shares.
package struct FitSettings: Sendable {
  /// How much of the bias is taken off.
  package enum Gamma: Sendable, Hashable {
    case fixed(Double)
    /// Chosen by cross-validation on labelled prompts, never below 0.
    case labels
    /// So that the rank correlation with the covariate vanishes, never below 0.
    case decorrelate
  }

  /// Nil leaves it to the method: 1, but for methods that find their own.
  package var gamma: Gamma?
  /// Folds of prompts: each prompt's bias comes from a fit to the prompts of the other folds.
  package var crossFit: Int?
  /// Fits each subset by itself, drawn to the fit of all.
  package var perSubset = false
  /// Rows at which a subset's own bias counts half; nil to choose it by cross-validation.
  package var shrinkage: Double?
  /// Puts the mean of what is taken off back, so that the mean score stays what it was.
  package var keepMean = false

  package init() {}

  /// Whether nothing but the method looks at the rows.
  var ignoresOrder: Bool {
    let isFixed: Bool
    switch gamma {
    case nil, .fixed: isFixed = true
    case .labels, .decorrelate: isFixed = false
    }
    return isFixed && crossFit == nil && !perSubset && !keepMean
  }
}
