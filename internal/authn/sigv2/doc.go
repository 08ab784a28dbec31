// Package sigv2 verifies the older presigned URLs of S3: Signature Version 2 in the query, as AWS CLI v1 still makes them.
//
// It owns the reading of AWSAccessKeyId, Signature and Expires, the string to sign, and S3's error texts for this form. The
// Authorization header of Version 2 is not accepted anywhere. As in sigv4, the caller looks up the secret between Check and Verify:
//
//	Parse  → Signature   shape only; Signature.Headers are the x-amz-* parameters, which mean what headers of that name mean
//	Check  → error       expiry: what needs no secret
//	(caller finds the key)
//	Verify → error       the signature itself (Check is repeated inside, so it cannot be forgotten)
//
// # What is signed
//
//	method \n content-md5 \n content-type \n Expires \n
//	x-amz-name:value \n …   sorted, of headers and query together
//	/bucket/key             as sent, still escaped; with the bucket of a virtual host put before it
//	?sub-resources          sorted by name, values decoded
//
// # Promises
//
//   - Every x-amz-* header of the request is part of the check, so none can be added to a URL.
//   - Every parameter that selects an operation or changes an answer's headers is part of the check, also those that came to S3
//     after Version 2: clients do not sign these, so they are refused. Only what narrows a listing may be added.
//   - A parameter is read with the meaning it is signed with: names and values are decoded once, and a raw '+' is a plus sign.
//   - Signatures are compared in constant time, and unknown keys cost as much as known ones.
//
// Errors are those of package sigv4, so that both forms are answered alike.
package sigv2
