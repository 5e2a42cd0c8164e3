/// The registry of report sections. To add one: write its file, and add its type here.
package import TareCore

package enum ReportSections {
  /// In the order of the page.
  package static let registry = Registry<any ReportSection.Type>(
    "report section",
    [
      AnswerSection.self,
      AccuracySection.self,
      LengthCurveSection.self,
      LengthRelationSection.self,
      ReliabilitySection.self,
      MarginsSection.self,
      ChangesSection.self,
      SideBySideSection.self,
      BestOfNSection.self,
      AuditSection.self,
      ProbesSection.self,
      QuestionsSection.self,
      RoutingSection.self,
      AttentionSection.self,
      ProvenanceSection.self,
    ]
  ) { $0 }
}
