package main

import sql "github.com/goccy/go-googlesql"

// Parts of GoogleSQL that BigQuery documents for queries. The analyzer knows more (FILTER, lambdas, UUID...),
// which BigQuery refuses, so a part joins this list only when its reference page says so.
var bigQueryFeatures = []sql.LanguageFeature{
	// Types.
	sql.LanguageFeatureFeatureNumericType,
	sql.LanguageFeatureFeatureBignumericType,
	sql.LanguageFeatureFeatureDecimalAlias,
	sql.LanguageFeatureFeatureParameterizedTypes,
	sql.LanguageFeatureFeatureCivilTime,
	sql.LanguageFeatureFeatureIntervalType,
	sql.LanguageFeatureFeatureRangeType,
	sql.LanguageFeatureFeatureJsonType,
	sql.LanguageFeatureFeatureGeography,
	sql.LanguageFeatureFeatureDisableFloat32,
	sql.LanguageFeatureFeatureCastDifferentArrayTypes,
	sql.LanguageFeatureFeatureFormatInCast,
	sql.LanguageFeatureFeatureBareArrayAccess,

	// Clauses and operators.
	sql.LanguageFeatureFeatureAnalyticFunctions,
	sql.LanguageFeatureFeatureQualify,
	sql.LanguageFeatureFeatureGroupByRollup,
	sql.LanguageFeatureFeatureGroupingSets,
	sql.LanguageFeatureFeatureGroupingBuiltin,
	sql.LanguageFeatureFeatureGroupByAll,
	sql.LanguageFeatureFeatureGroupByStruct,
	sql.LanguageFeatureFeatureGroupByArray,
	sql.LanguageFeatureFeaturePivot,
	sql.LanguageFeatureFeatureUnpivot,
	sql.LanguageFeatureFeatureTablesample,
	sql.LanguageFeatureFeatureWithOnSubquery,
	sql.LanguageFeatureFeatureWithRecursive,
	sql.LanguageFeatureFeatureSelectStarExceptReplace,
	sql.LanguageFeatureFeatureNullsFirstLastInOrderBy,
	sql.LanguageFeatureFeatureIsDistinct,
	sql.LanguageFeatureFeatureLikeAnySomeAll,
	sql.LanguageFeatureFeatureForSystemTimeAsOf,
	sql.LanguageFeatureFeatureAllowDashesInTableName,
	sql.LanguageFeatureFeaturePipes,

	// Statements that change rows.
	sql.LanguageFeatureFeatureDmlUpdateWithJoin,

	// Calls of functions.
	sql.LanguageFeatureFeatureNamedArguments,
	sql.LanguageFeatureFeatureFunctionArgumentsWithDefaults,
	sql.LanguageFeatureFeatureSafeFunctionCall,
	sql.LanguageFeatureFeatureOrderByInAggregate,
	sql.LanguageFeatureFeatureLimitInAggregate,
	sql.LanguageFeatureFeatureHavingInAggregate,
	sql.LanguageFeatureFeatureNullHandlingModifierInAggregate,
	sql.LanguageFeatureFeatureNullHandlingModifierInAnalytic,

	// Functions.
	sql.LanguageFeatureFeatureConcatMixedTypes,
	sql.LanguageFeatureFeatureAdditionalStringFunctions,
	sql.LanguageFeatureFeatureAllowRegexpExtractOptionals,
	sql.LanguageFeatureFeatureDateArithmetics,
	sql.LanguageFeatureFeatureDateTimeConstructors,
	sql.LanguageFeatureFeatureExtendedDateTimeSignatures,
	sql.LanguageFeatureFeatureWeekWithWeekday,
	sql.LanguageFeatureFeatureTimeBucketFunctions,
	sql.LanguageFeatureFeatureRoundWithRoundingMode,
	sql.LanguageFeatureFeatureCbrtFunctions,
	sql.LanguageFeatureFeatureInverseTrigFunctions,
	sql.LanguageFeatureFeatureEncryption,
	sql.LanguageFeatureFeatureExtendedGeographyParsers,
	sql.LanguageFeatureFeatureJsonArrayFunctions,
	sql.LanguageFeatureFeatureJsonConstructorFunctions,
	sql.LanguageFeatureFeatureJsonKeysFunction,
	sql.LanguageFeatureFeatureJsonLaxValueExtractionFunctions,
	sql.LanguageFeatureFeatureJsonMutatorFunctions,
	sql.LanguageFeatureFeatureJsonStrictNumberParsing,
	sql.LanguageFeatureFeatureJsonValueExtractionFunctions,
	sql.LanguageFeatureFeatureEnableFloatDistanceFunctions,
	// BigQuery has none of ARRAY_MIN, ARRAY_MAX, ARRAY_SUM and ARRAY_AVG.
	sql.LanguageFeatureFeatureDisableArrayMinAndMax,
	sql.LanguageFeatureFeatureDisableArraySumAndAvg,
}

// bigQueryLanguage returns the settings of BigQuery's dialect: statements of every kind, the types' public names.
func bigQueryLanguage() (*sql.LanguageOptions, error) {
	language, err := sql.NewLanguageOptions()
	if err != nil {
		return nil, err
	}
	if err := language.SetProductMode(sql.ProductModeProductExternal); err != nil {
		return nil, err
	}
	if err := language.SetSupportsAllStatementKinds(); err != nil {
		return nil, err
	}
	if err := language.EnableReservableKeyword("QUALIFY", true); err != nil {
		return nil, err
	}
	for _, feature := range bigQueryFeatures {
		if err := language.EnableLanguageFeature(feature); err != nil {
			return nil, err
		}
	}
	return language, nil
}
