package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// lambdaConfig is the functions of a pool as it is described: the two ways to name PreTokenGeneration mirror each other. (a function
// named the older way has events of V1_0)
func lambdaConfig(in *cognitoidp.CreateUserPoolInput) (*cognitoidp.LambdaConfigType, error) {
	var l cognitoidp.LambdaConfigType
	if in.LambdaConfig != nil {
		l = *in.LambdaConfig
	}
	if (l.CustomEmailSender != nil || l.CustomSMSSender != nil) && l.KMSKeyID == nil {
		return nil, senderWithoutKey()
	}
	switch t := l.PreTokenGenerationConfig; {
	case t == nil && l.PreTokenGeneration != nil:
		l.PreTokenGenerationConfig = &cognitoidp.PreTokenGenerationVersionConfigType{LambdaArn: *l.PreTokenGeneration, LambdaVersion: trigger.V1}
	case t == nil:
	case l.PreTokenGeneration == nil:
		l.PreTokenGeneration = &t.LambdaArn
	case *l.PreTokenGeneration != t.LambdaArn:
		return nil, twoTokenFunctions()
	}
	if t := l.PreTokenGenerationConfig; t != nil && t.LambdaVersion != trigger.V1 && in.UserPoolTier != nil && *in.UserPoolTier == "LITE" {
		return nil, noTokenVersion()
	}
	return &l, nil
}
