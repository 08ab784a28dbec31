package gateway

import "net/http"

// exposed are the answer headers a browser may read. [Cognito, captured]
const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date,ETag,x-amz-request-id,x-amz-id-2"

// cors lets browsers call: the APIs carry no cookies, so any origin may.
func cors(h http.Header, r *http.Request) {
	if r.Header.Get("Origin") == "" {
		return
	}
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", exposed)
}

// Preflight answers an OPTIONS request of a browser.
func Preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	cors(h, r)
	h.Set("Access-Control-Allow-Methods", "GET,HEAD,POST,PUT,DELETE")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	h.Set("Access-Control-Max-Age", "172800")
	w.WriteHeader(http.StatusOK)
}
